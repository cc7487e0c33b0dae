"""Calls to measure: those of PyTorch's own operator database, made by hand where that has gaps.

The database holds test functions, some of which permute or wrap the arguments of the public callable. So
each sample is run once under a `TorchFunctionMode`, which sees the real call; that is what is kept.
Added to it: Python numbers in place of tensors (``x ** 2`` is another op than ``x ** t``), memory that
is not contiguous (``reshape`` copies then), and the in-place, operator and method forms of every call.
"""

from __future__ import annotations

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from .more_samples import MORE
from .public import base, public_name
from .subject import kind_of, walk

Call = tuple[tuple[Any, ...], dict[str, Any]]
LARGEST = 400
SAMPLES_PER_OP = 40
PER_SHAPE = 2


class Recorder(TorchFunctionMode):
    """Notes the outermost public calls."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Call]] = []

    def __torch_function__(
        self, function: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        name = public_name(function)
        if name is not None:
            self.calls.append((name, (_copied(args), _copied(kwargs or {}))))
        return function(*args, **(kwargs or {}))


def _copied(value: Any) -> Any:
    """Arguments as they were before the call, without any graph."""
    if isinstance(value, torch.Tensor):
        return value.detach().clone() if value.layout == torch.strided else value
    if type(value) in (list, tuple):
        return type(value)(map(_copied, value))
    if isinstance(value, dict):
        return {key: _copied(item) for key, item in value.items()}
    return value


def collect() -> dict[str, list[Call]]:
    """Calls by the name under which samples are kept (see `public.base`), the database's and ours."""
    from torch.testing._internal.common_methods_invocations import op_db

    found: dict[str, dict[str, list[Call]]] = {}
    # Ops that work on floating tensors first: complex samples are only taken where there are no others.
    for op in sorted((op for op in op_db if "jiterator" not in op.name), key=lambda op: torch.float32 not in op.dtypes):
        if torch.float32 not in op.dtypes and base(op.name) in found:
            continue
        spelled = {base(op.name), *(base(alias.name) for alias in op.aliases)}
        for name, call in _recorded(op):
            shape = shape_of(call)
            for key in {base(name), *(spelled if base(name) in spelled else ())}:
                kept = found.setdefault(key, {}).setdefault(shape, [])
                if len(kept) < PER_SHAPE:
                    kept.append(call)
    calls = {name: [call for kept in shapes.values() for call in kept] for name, shapes in found.items()}
    for name, make in MORE.items():
        torch.default_generator.manual_seed(0)
        calls[name] = [*make(), *calls.get(name, ())]
    return calls


def _recorded(op: Any) -> Iterator[tuple[str, Call]]:
    torch.default_generator.manual_seed(0)
    random.seed(0)
    dtype = next(
        (d for d in (torch.float32, torch.float64, torch.complex64, torch.int64, torch.bool) if d in op.dtypes), None
    )
    if dtype is None:
        return
    count = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            samples = op.sample_inputs("cpu", dtype, requires_grad=False)
            for sample in samples:
                tensors = [t for _, t in walk("", [sample.input, *sample.args, *sample.kwargs.values()])]
                if any(t.numel() > LARGEST or t.numel() == 0 or t.layout != torch.strided for t in tensors):
                    continue
                with Recorder() as recorder:
                    try:
                        op.op(sample.input, *sample.args, **sample.kwargs)
                    except Exception:
                        continue
                yield from recorder.calls
                count += 1
                if count >= SAMPLES_PER_OP:
                    return
        except Exception:
            return


def shape_of(call: Call) -> str:
    """What two calls have in common that need no second measurement."""
    args, kwargs = call
    parts = [_argument_shape(value) for value in args]
    return ",".join(parts + [f"{name}={_argument_shape(value)}" for name, value in sorted(kwargs.items())])


def _argument_shape(value: object) -> str:
    kind = kind_of(value)
    if isinstance(value, torch.Tensor):
        return f"{kind.dtype.value}{min(value.dim(), 1)}" if kind.dtype else "tensor"
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{type(value).__name__}{value == 0}"
    return f"{kind.form.value}{kind.value if isinstance(kind.value, str | bool) else ''}"


def variants(calls: list[Call]) -> Iterator[Call]:
    """The calls, and their forms with Python numbers and with memory that is not contiguous."""
    yield from calls
    seen: set[str] = {shape_of(call) for call in calls}
    for args, kwargs in calls:
        for position, value in enumerate(args):
            if not isinstance(value, torch.Tensor) or not value.dtype.is_floating_point or len(args) < 2:
                continue
            for number in (2.5, 2, 0.5):
                call = (*args[:position], number, *args[position + 1 :]), kwargs
                if not any(True for _ in walk("", list(call[0]))):
                    continue
                if (shape := shape_of(call)) not in seen:
                    seen.add(shape)
                    yield call
    done: set[str] = set()
    for args, kwargs in calls:
        if (shape := shape_of((args, kwargs))) in done:
            continue
        for position, value in enumerate(args):
            if isinstance(value, torch.Tensor) and value.dim() > 1 and value.numel() > 1:
                done.add(shape)
                yield (*args[:position], scattered(value), *args[position + 1 :]), kwargs
                break


def scattered(tensor: torch.Tensor) -> torch.Tensor:
    """The same values in memory that is transposed."""
    return tensor.transpose(0, -1).contiguous().transpose(0, -1)


def fitted(calls: Mapping[str, list[Call]], name: str) -> list[Call]:
    """The calls that may suit a public callable."""
    return list(variants([*calls.get(name, ()), *calls.get(base(name), ())]))


def selected(calls: list[Call], count: int) -> list[Call]:
    """So many of the calls, as different ones as possible: those that show a new kind of argument first."""
    if len(calls) <= count:
        return calls
    shapes: Counter[str] = Counter()
    features: set[tuple[object, str]] = set()
    ranked = []
    for index, call in enumerate(calls):
        args, kwargs = call
        own = {(place, _argument_shape(value)) for place, value in [*enumerate(args), *kwargs.items()]}
        shape = shape_of(call)
        ranked.append((-1 if own - features else shapes[shape], index))
        features |= own
        shapes[shape] += 1
    return [calls[index] for _, index in sorted(ranked)[:count]]
