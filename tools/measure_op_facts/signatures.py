"""The parameters of each public callable, in the form that `gradsight.autograd.op_facts_rows.Signature` reads.

Python functions and module classes are asked through `inspect`. Functions in C have no signature at run
time; the type stubs in PyTorch's wheel list their overloads, or the operator declares them. They are merged
by position: ``max(input)``, ``max(input, dim, keepdim)`` and ``max(input, other)`` become
``input,dim|other,keepdim``. What neither knows is taken from the named dummies that `torch.overrides` keeps
for its tests.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch._jit_internal import boolean_dispatched
from torch.overrides import get_testing_overrides

from gradsight.autograd.op_facts_rows import category

from .subject import kind_of

_UNKNOWN = object()
_SELF_NAMES = {"self", "input"}


@dataclass
class Overload:
    positional: list[str]
    by_keyword: list[str]
    star: str | None
    star_at: int
    defaults: dict[str, object]


def signature(name: str, function: Callable[..., Any]) -> str | None:
    """The merged signature of a public callable; None if nothing knows it."""
    owner, _, last = name.rpartition(".")
    found: list[Overload] = []
    if owner == "torch.Tensor":
        found = [*_stubs("_C/__init__.pyi", "TensorBase").get(last, ())]
    elif owner == "torch":
        found = [*_stubs("_C/_VariableFunctions.pyi").get(last, ())]
    else:
        internal = getattr(function, "__name__", last)
        found = [
            *_stubs("_C/_nn.pyi").get(internal, ()),
            *_stubs("_C/_VariableFunctions.pyi").get(internal, ()),
        ]
        found = found or _schemas(internal)
    dispatched = boolean_dispatched.get(function) if inspect.isfunction(function) else None
    own = _inspected(dispatched["if_true"] if dispatched else function)
    if own is not None:
        found = [own]
    dummy = get_testing_overrides().get(function) if isinstance(function, Hashable) else None
    if not found and dummy is not None:
        found = [entry for entry in [_inspected(dummy)] if entry is not None]
    if not found:
        return None
    if owner == "torch.Tensor":
        found = [_with_self(entry) for entry in found]
    return merged(found)


def of_class(cls: type, method: str) -> str:
    """The signature of a constructor or of ``forward``, without ``self``."""
    for owner in cls.__mro__:
        found = _inspected(getattr(owner, method))
        if found is not None and found.star != "args":
            break
    else:
        return ""  # nn.Sigmoid and the like: nn.Module's own constructor, which takes nothing
    # The subclasses of RNNBase say themselves which kind they are; only RNN takes a nonlinearity.
    hidden = {"self", "mode"}
    found.positional = [name for name in found.positional if name not in hidden]
    found.by_keyword += ["nonlinearity"] if cls is torch.nn.RNN and method == "__init__" else []
    found.star_at = len(found.positional)
    return merged([found])


def _with_self(entry: Overload) -> Overload:
    if not entry.positional or entry.positional[0] not in _SELF_NAMES:
        entry = Overload(["self", *entry.positional], entry.by_keyword, entry.star, entry.star_at + 1, entry.defaults)
    else:
        entry.positional[0] = "self"
    return entry


def _inspected(function: Callable[..., Any]) -> Overload | None:
    try:
        found = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    entry = Overload([], [], None, 0, {})
    for parameter in found.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            entry.star, entry.star_at = parameter.name, len(entry.positional)
        elif parameter.kind is parameter.KEYWORD_ONLY:
            entry.by_keyword.append(parameter.name)
        elif parameter.kind is not parameter.VAR_KEYWORD:
            entry.positional.append(parameter.name)
        if parameter.default is not parameter.empty:
            entry.defaults[parameter.name] = parameter.default
    general = {"args", "kwargs"} >= {*entry.positional, entry.star}
    return None if general and not entry.by_keyword else entry


@cache
def _stubs(file: str, inside: str | None = None) -> dict[str, list[Overload]]:
    tree = ast.parse((Path(torch.__file__).parent / file).read_text(encoding="utf-8"))
    body: Iterable[ast.stmt] = tree.body
    if inside is not None:
        body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == inside)
    found: dict[str, list[Overload]] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef):
            found.setdefault(node.name, []).append(_stubbed(node.args))
    return found


def _stubbed(arguments: ast.arguments) -> Overload:
    positional = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    by_keyword = [argument.arg for argument in arguments.kwonlyargs]
    defaults: dict[str, object] = {}
    given = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
    for name, default in [*zip(positional, given, strict=True), *zip(by_keyword, arguments.kw_defaults, strict=True)]:
        if default is not None:
            try:
                defaults[name] = ast.literal_eval(default)
            except ValueError:
                defaults[name] = _UNKNOWN
    star = arguments.vararg.arg if arguments.vararg else None
    return Overload(positional, by_keyword, star, len(positional), defaults)


def _schemas(internal: str) -> list[Overload]:
    """What the operator itself declares: the stubs leave out `torch.linalg`, `torch.special` and `torch.fft`."""
    found = []
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{internal}"):
        entry = Overload([], [], None, 0, {})
        for argument in schema.arguments:
            name = "input" if argument.name == "self" else argument.name
            (entry.by_keyword if argument.kwarg_only else entry.positional).append(name)
            if argument.has_default_value():
                entry.defaults[name] = argument.default_value
        if "out" not in entry.by_keyword or not found:
            found.append(entry)
    if found and all("out" not in entry.by_keyword for entry in found):
        found[0].by_keyword.append("out")
    return found


def merged(overloads: list[Overload]) -> str:
    """One signature for all overloads, by position."""
    overloads = [entry for entry in overloads if not _ancient(entry)] or overloads
    longest = max(overloads, key=lambda entry: len(entry.positional))
    spelled = [[name] for name in longest.positional]
    known = set(longest.positional)
    for entry in overloads:
        for position, name in enumerate(entry.positional):
            if name not in known:
                spelled[position].append(name)
                known.add(name)
    stars = [entry for entry in overloads if entry.star]
    by_keyword = [name for entry in overloads for name in entry.by_keyword]
    star: list[str] = []
    if stars:
        at = stars[0].star_at
        star = [str(stars[0].star), *(spelled[at] if at < len(spelled) else ())]
        by_keyword = [*by_keyword, *(name for names in spelled[at + 1 :] for name in names)]
        spelled = spelled[:at]
    parts = [_with_default(names, overloads) for names in spelled]
    if star:
        parts.append("*" + "|".join(dict.fromkeys(star)))
    known = {name for names in spelled for name in names} | set(star)
    rest = [name for name in dict.fromkeys(by_keyword) if name not in known]
    if rest:
        parts += ["/", *(_with_default([name], overloads) for name in rest)]
    return ",".join(parts)


def _ancient(entry: Overload) -> bool:
    """An order of arguments of long ago, which the stubs still list: ``add(self, alpha, other)``."""
    return bool({"alpha", "beta"} & set(entry.positional)) or entry.positional[1:2] == ["value"] != entry.positional[1:]


def _with_default(names: list[str], overloads: list[Overload]) -> str:
    text = "|".join(names)
    values = [entry.defaults[name] for entry in overloads for name in names if name in entry.defaults]
    required = any(name in entry.positional and name not in entry.defaults for entry in overloads for name in names)
    if not values or required or values[0] in (_UNKNOWN, Ellipsis):
        return text
    kind = category(kind_of(values[0]))
    return f"{text}={kind}" if kind not in (None, "T") else text
