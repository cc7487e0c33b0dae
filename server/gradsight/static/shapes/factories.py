"""Functions that make tensors from sizes, from numbers, or in the likeness of another tensor."""

from __future__ import annotations

from math import ceil
from typing import Final

from gradsight.static.shapes.arguments import (
    MOST,
    Answer,
    Argument,
    Call,
    Number,
    Rule,
    Sized,
    Sizes,
    Unknowable,
    Unknown,
    operand_sizes,
    size_list,
)
from gradsight.static.shapes.arithmetic import agreed, broadcast


def data_sizes(data: Argument) -> Sizes:
    """The shape of `torch.tensor(data)`."""
    if isinstance(data, Sized) and data.shape is not None:
        return data.shape
    if isinstance(data, tuple):
        return (len(data), *agreed(map(_item_sizes, data))) if data else (0,)
    if isinstance(data, int | float | Number):
        return ()
    raise Unknowable


def _item_sizes(item: Argument) -> Sizes:
    # A tensor inside of a list counts as a number there, and has to have one element.
    if isinstance(item, Sized) and item.shape != ():
        raise Unknowable
    return data_sizes(item)


def _checked(sizes: Sizes) -> Sizes:
    if any(size is not None and size < 0 for size in sizes):
        raise Unknowable
    return sizes


def _filled(call: Call) -> Answer:
    """`zeros(2, 3)` and its kin."""
    return _checked(call.sizes(0))


def _filled_after_self(call: Call) -> Answer:
    """`x.new_zeros(2, 3)` and its kin."""
    return _checked(call.sizes(1))


def _full(call: Call) -> Answer:
    return _checked(size_list(call.get(0, "size")))


def _new_full(call: Call) -> Answer:
    return _checked(size_list(call.get(1, "size")))


def _like(call: Call) -> Answer:
    return call.shape()


def _from_data(call: Call) -> Answer:
    return data_sizes(call.get(0, "data", "obj", "ndarray", "input"))


def _new_from_data(call: Call) -> Answer:
    return data_sizes(call.get(1, "data"))


def _constructed(call: Call) -> Answer:
    """`torch.Tensor(...)` takes sizes one by one, or data."""
    if not call.arguments:
        raise Unknowable
    first = call.arguments[0]
    if len(call.arguments) == 1 and isinstance(first, tuple | Sized):
        return data_sizes(first)
    if len(call.arguments) == 1 and isinstance(first, Unknown):
        raise Unknowable
    return _checked(call.sizes(0))


def _wrapped(call: Call) -> Answer:
    """`torch.nn.Parameter(data)`."""
    return call.shape(0, "data")


def _number(argument: Argument) -> float | None:
    if isinstance(argument, bool) or not isinstance(argument, int | float | Number | Unknown | Sized):
        raise Unknowable
    return argument if isinstance(argument, int | float) and abs(argument) < MOST else None


def _arange(call: Call) -> Answer:
    one_bound = len(call.arguments) + sum(name in call.keywords for name in ("start", "end", "step")) == 1
    start = 0 if one_bound else _number(call.get(0, "start"))
    end = _number(call.get(0 if one_bound else 1, "end"))
    step_given = call.get(2, "step")
    step = 1 if step_given is None else _number(step_given)
    if start is None or end is None or not step:
        return (None,)
    if (end - start) * step < 0:
        raise Unknowable
    if isinstance(start, int) and isinstance(end, int) and isinstance(step, int):
        return (-((start - end) // step),)
    count = (end - start) / step
    return (ceil(count) if count < MOST else None,)


def _spaced(call: Call) -> Answer:
    if any(isinstance(call.get(index, name), Unknown) for index, name in ((0, "start"), (1, "end"))):
        raise Unknowable
    around = broadcast(call.operand(0, "start"), call.operand(1, "end"))
    return _checked((call.integer(2, "steps"), *around))


def _identity(call: Call) -> Answer:
    rows = call.integer(0, "n")
    columns = call.get(1, "m")
    return _checked((rows, rows if columns is None else call.integer(1, "m")))


def _random_integers(call: Call) -> Answer:
    """`randint(high, size)` or `randint(low, high, size)`."""
    if "size" in call.keywords:
        return _checked(size_list(call.keywords["size"]))
    at = 2 if len(call.arguments) > 2 or "high" in call.keywords or "low" in call.keywords else 1
    if "high" in call.keywords and "low" not in call.keywords:
        at = 1
    size = call.arguments[at] if at < len(call.arguments) else None
    if not isinstance(size, tuple):
        raise Unknowable
    return _checked(size_list(size))


def _one_dimension(call: Call) -> Answer:
    return _checked((call.integer(0, "n", "window_length", "M"),))


def _normal(call: Call) -> Answer:
    """Only two numbers go with a size."""
    mean, spread, size = call.get(0, "mean"), call.get(1, "std"), call.get(2, "size")
    if isinstance(size, tuple):
        return _checked(size_list(size))
    if size is not None:
        raise Unknowable
    return broadcast(operand_sizes(mean), () if spread is None else operand_sizes(spread))


def _triangle(call: Call) -> Answer:
    return 2, None


def _grid(call: Call) -> Answer:
    """`affine_grid(theta, size)`: a point for each pixel."""
    size = call.get(1, "size")
    if not isinstance(size, tuple) or len(size) not in (4, 5):
        raise Unknowable
    sizes = size_list(size)
    return (sizes[0], *sizes[2:], len(sizes) - 2)


_CONSTRUCTORS: Final = """
    Tensor FloatTensor DoubleTensor HalfTensor BFloat16Tensor LongTensor IntTensor ShortTensor CharTensor ByteTensor
    BoolTensor
"""

_WINDOWS: Final = """
    bartlett blackman cosine exponential gaussian general_cosine general_hamming hamming hann kaiser nuttall
"""

RULES: Final[dict[str, Rule]] = {
    **dict.fromkeys(["zeros", "ones", "empty", "rand", "randn"], _filled),
    **dict.fromkeys(["new_zeros", "new_ones", "new_empty"], _filled_after_self),
    "full": _full,
    "new_full": _new_full,
    **{f"{name}_like": _like for name in ["zeros", "ones", "empty", "full", "rand", "randn", "randint"]},
    **dict.fromkeys(["tensor", "as_tensor", "asarray", "from_numpy", "scalar_tensor"], _from_data),
    "new_tensor": _new_from_data,
    **dict.fromkeys(_CONSTRUCTORS.split(), _constructed),
    **dict.fromkeys(("nn.Parameter", "nn.parameter.Parameter", "nn.Buffer", "nn.parameter.Buffer"), _wrapped),
    "arange": _arange,
    **dict.fromkeys(("linspace", "logspace"), _spaced),
    "eye": _identity,
    "randint": _random_integers,
    "randperm": _one_dimension,
    **{f"{name}_window": _one_dimension for name in ["bartlett", "blackman", "hamming", "hann", "kaiser"]},
    **{f"signal.windows.{name}": _one_dimension for name in _WINDOWS.split()},
    "normal": _normal,
    **dict.fromkeys(("tril_indices", "triu_indices"), _triangle),
    "nn.functional.affine_grid": _grid,
}
