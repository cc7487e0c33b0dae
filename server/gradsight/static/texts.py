"""Strings: the methods of one that is known, and building them; names of parameters decide what is frozen."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradsight.static.objects import UNKNOWN, Arguments, Const, List, Object, Scalar, Tuple
from gradsight.static.walker import Walker

_LONGEST = 400
_TRUTHS = frozenset(["startswith", "endswith", "isdigit", "isalpha", "isnumeric", "isupper", "islower", "isidentifier"])
_TEXTS = frozenset(
    [
        "lower", "upper", "strip", "lstrip", "rstrip", "replace", "title", "capitalize", "removeprefix",
        "removesuffix", "format", "zfill", "ljust", "rjust", "join",
    ]
)  # fmt: skip
_PARTS = frozenset(["split", "rsplit", "partition", "rpartition", "splitlines"])
_NUMBERS = frozenset(["count", "find", "rfind", "index", "rindex"])


def call_method(w: Walker, text: str | None, name: str, arguments: Arguments) -> Object:
    """A method of a string; `text` is None where only its type is known."""
    given = [_plain(w, item) for item in arguments.positional]
    keywords = {key: _plain(w, item) for key, item in arguments.keywords.items()}
    known = text is not None and not arguments.unpacked and ... not in given and ... not in keywords.values()
    if name in _TRUTHS | _TEXTS | _PARTS | _NUMBERS and known:
        try:
            return _wrapped(w, getattr(text, name)(*given, **keywords))
        except Exception:  # whatever the program's own call raises
            return UNKNOWN
    if name in _TRUTHS:
        return Scalar("bool")
    if name in _TEXTS:
        return Scalar("str")
    if name in _PARTS:
        return w.allocate(List((), Scalar("str"))) if name.endswith("split") else UNKNOWN
    return Scalar() if name in _NUMBERS else UNKNOWN


def _plain(w: Walker, item: Object) -> object:
    """A constant as Python has it; Ellipsis where it is not known."""
    if isinstance(item, Const) and (item.value is None or isinstance(item.value, str | int | float)):
        return item.value
    found = w.deref(item, List)
    parts = item.items if isinstance(item, Tuple) else found.items if found and found.rest is None else None
    if parts is None:
        return ...
    plain = tuple(_plain(w, part) for part in parts)
    return ... if ... in plain else plain


def _wrapped(w: Walker, result: object) -> Object:
    if isinstance(result, str) and len(result) > _LONGEST:
        return Scalar("str")
    if isinstance(result, tuple):
        return Tuple(tuple(Const(part) for part in result))
    if isinstance(result, list):
        return w.allocate(List(tuple(Const(part) for part in result)))
    return Const(result)


def joined(w: Walker, node: ast.JoinedStr, parts: Sequence[Object]) -> Object:
    """An f-string with its values."""
    texts: list[str] = []
    values = iter(parts)
    for part in node.values:
        if isinstance(part, ast.Constant):
            texts.append(str(part.value))
            continue
        value = next(values)
        if not isinstance(part, ast.FormattedValue) or part.format_spec is not None or part.conversion != -1:
            return Scalar("str")
        if not isinstance(value, Const) or not isinstance(value.value, str | int):
            return Scalar("str")
        texts.append(str(value.value))
    text = "".join(texts)
    return Const(text) if len(text) <= _LONGEST else Scalar("str")


def as_text(arguments: Arguments) -> Object:
    """`str(value)`."""
    first = arguments.get(0, "object")
    if isinstance(first, Const) and isinstance(first.value, str | int | bool):
        return Const(str(first.value))
    return Const("") if first is None else Scalar("str")
