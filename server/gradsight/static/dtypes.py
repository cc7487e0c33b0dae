"""dtypes by their public names, and the kinds of Python literals."""

from __future__ import annotations

from gradsight.autograd.values import Kind

_FLOAT = "float16 float32 float64 bfloat16 half float double float8_e4m3fn float8_e5m2"
_INTEGER = "int8 int16 int32 int64 uint8 uint16 uint32 uint64 short int long"
_COMPLEX = "complex32 complex64 complex128 cfloat cdouble chalf"

_BY_NAME = {
    **{f"torch.{name}": Kind.FLOAT for name in _FLOAT.split()},
    **{f"torch.{name}": Kind.INTEGER for name in _INTEGER.split()},
    **{f"torch.{name}": Kind.COMPLEX for name in _COMPLEX.split()},
    "torch.bool": Kind.BOOLEAN,
    "float": Kind.FLOAT,
    "int": Kind.INTEGER,
    "bool": Kind.BOOLEAN,
}

# Methods that cast to the dtype they are named after.
CASTS = {
    "float": Kind.FLOAT, "double": Kind.FLOAT, "half": Kind.FLOAT, "bfloat16": Kind.FLOAT,
    "long": Kind.INTEGER, "int": Kind.INTEGER, "short": Kind.INTEGER, "char": Kind.INTEGER, "byte": Kind.INTEGER,
    "bool": Kind.BOOLEAN, "cfloat": Kind.COMPLEX, "cdouble": Kind.COMPLEX,
}  # fmt: skip


def kind_of_dtype(name: str) -> Kind | None:
    """The kind of a dtype given by its public name; None for anything else."""
    return _BY_NAME.get(name)


def kind_of_constant(value: object) -> Kind | None:
    """The kind that `torch.tensor(value)` infers; None for what is no number."""
    if isinstance(value, bool):
        return Kind.BOOLEAN
    if isinstance(value, int):
        return Kind.INTEGER
    if isinstance(value, float):
        return Kind.FLOAT
    return Kind.COMPLEX if isinstance(value, complex) else None


_ORDER = [Kind.BOOLEAN, Kind.INTEGER, Kind.FLOAT, Kind.COMPLEX]


def promote(*kinds: Kind | None) -> Kind | None:
    """The kind of a list that mixes these; None where one is unknown."""
    if not kinds or None in kinds:
        return None
    return max((kind for kind in kinds if kind is not None), key=_ORDER.index)


_FULL_NAMES = {"half": "float16", "float": "float32", "double": "float64"}


def precision(name: str) -> str | None:
    """The one name of a float dtype: `float64` for `torch.double`, `torch.float64` and `.double()`; None for others."""
    short = name.rpartition(".")[2]
    short = _FULL_NAMES.get(short, short)
    return short if _BY_NAME.get(f"torch.{short}") is Kind.FLOAT else None
