"""Which expressions carry a number or an array that a tensor became, where Python computed with it in between.

The worker knows such data again as long as it stays the same object. `math.exp(t)` and `2 * t.item()` give new
objects; that these come from `t` is read from the source: from the expression around, and from the names that
were assigned.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TypeAlias

from gradsight.autograd.values import Value
from gradsight.document import Document
from gradsight.syntax.found import Found
from gradsight.text import Range, Site

Calls: TypeAlias = tuple[Site, ...]
Frame: TypeAlias = tuple[str, Calls]

_DEPTH = 4
_MOST_NODES = 300
_SIMPLE = (ast.expr, ast.Assign, ast.AnnAssign, ast.AugAssign)
"""What computes with all that is written in it; a `for` does not compute with its body."""
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Carried:
    """What left torch, by where it can be met again."""

    def __init__(self, documents: Mapping[str, Document]) -> None:
        self._documents = documents
        self._at: dict[Frame, dict[Range, Value]] = {}
        self._named: dict[tuple[str, Range | None, str], Value] = {}
        """By file, function and name."""
        self._noted: set[str] = set()
        self._reach: dict[tuple[str, Range | None, str], set[str]] = {}
        self._found: dict[Site, Found | None] = {}
        self._read: dict[Site, tuple[str, ...]] = {}
        self._computed: dict[tuple[str, Range | None, str], tuple[tuple[int, tuple[str, ...]], ...]] = {}

    def note(self, site: Site, calls: Calls, value: Value) -> None:
        """`value` left torch at `site`; it goes where the expression's result goes, out of functions too."""
        while True:
            found = self._find(site)
            self._at.setdefault((site.path, calls), {})[site.range] = value
            if found is None:
                return
            function = _function(found)
            names = list(_receivers(found))
            for name in names:
                self._named[site.path, _range(function), name] = value
                self._noted.add(name)
            if not calls or function is None or not _is_returned(found, function, names):
                return
            site, calls = calls[-1], calls[:-1]

    def returned(self, site: Site, calls: Calls) -> None:
        """What is written at `site` is a tensor again, and so are the names that it is assigned to."""
        while True:
            found = self._find(site)
            spans = self._at.get((site.path, calls), {})
            for span in [span for span in spans if site.range.contains(span)]:
                del spans[span]
            if found is None:
                return
            function = _function(found)
            names = list(_receivers(found))
            for name in names:
                self._named.pop((site.path, _range(function), name), None)
            if not calls or function is None or not _is_returned(found, function, names):
                return
            site, calls = calls[-1], calls[:-1]

    def within(self, site: Site, calls: Calls, known: Iterable[Value]) -> tuple[Value, ...]:
        """What the expression at `site` computes with, beside the values that are `known` anyway."""
        at = self._find(site) if self._at else None
        if at is None or not isinstance(at.node, _SIMPLE):
            return ()
        seen = {value.id for value in known}
        names = {value.name for value in known}
        found: dict[int, Value] = {}
        for span, value in self._at.get((site.path, calls), {}).items():
            if site.range.contains(span) and span != site.range:
                found[value.id] = value
        function = _function(at)
        read = self._read.get(site)
        if read is None:
            read = self._read[site] = tuple(dict.fromkeys(_names_in(at.node)))
        for name in read:
            if name not in names and self._may_carry(site.path, function, name):
                held = self._held(site.path, function, name, at.range.start.line, _DEPTH)
                found.update({value.id: value for value in held})
        return tuple(value for number, value in found.items() if number not in seen)

    def _held(self, path: str, function: Found | None, name: str, line: int, depth: int) -> Iterator[Value]:
        """What a name carries on this line: what was assigned to it, or what that was computed from."""
        for scope in (_range(function), None):
            value = self._named.get((path, scope, name))
            if value is not None:
                yield value
                return
        if depth and "." not in name:
            for start, inner_names in self._inner_names(path, function, name):
                if start < line:
                    for inner in inner_names:
                        if inner != name:
                            yield from self._held(path, function, inner, line, depth - 1)

    def _may_carry(self, path: str, function: Found | None, name: str) -> bool:
        """Whether any of the names that a name was computed from was ever given what left torch: a cheap first look."""
        key = path, _range(function), name
        reach = self._reach.get(key)
        if reach is None:
            reach = {name}
            waiting = [name]
            while waiting and len(reach) < _MOST_NODES:
                for _, inner in self._inner_names(path, function, waiting.pop()):
                    waiting.extend(each for each in inner if each not in reach)
                    reach.update(inner)
            self._reach[key] = reach
        return not reach.isdisjoint(self._noted)

    def _inner_names(self, path: str, function: Found | None, name: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The lines on which a name is assigned, with the names that are read for it."""
        key = path, _range(function), name
        assigned = self._computed.get(key)
        if assigned is None:
            found = self._assigned(path, function, name) if "." not in name else ()
            assigned = tuple((start, tuple(dict.fromkeys(_names_in(value)))) for start, value in found)
            self._computed[key] = assigned
        return assigned

    def _assigned(self, path: str, function: Found | None, name: str) -> Iterator[tuple[int, ast.expr]]:
        """The lines on which a name of this function, or of the module, is assigned, and what."""
        if function is not None:
            yield from _assignments(function.node, name, function.line)
            return
        for placed in self._documents[path].chunks:
            for statement in placed.chunk.body:
                if not isinstance(statement, (*_FUNCTIONS, ast.ClassDef)):
                    yield from _assignments(statement, name, placed.line)

    def _find(self, site: Site) -> Found | None:
        if site not in self._found:
            document = self._documents.get(site.path)
            found = document.find(site.range) if document is not None else None
            self._found[site] = found if found is not None and found.range == site.range else None
        return self._found[site]


def _function(found: Found) -> Found | None:
    return next((around for around in found.around() if isinstance(around.node, _FUNCTIONS)), None)


def _range(function: Found | None) -> Range | None:
    return function.range if function is not None else None


def _receivers(found: Found) -> Iterator[str]:
    """The names that are given what the expression computes, or parts of it."""
    inner: ast.AST = found.node
    for around in found.around():
        match around.node:
            case ast.Assign(targets=targets, value=value) if value is inner:
                for target in targets:
                    yield from _names_in(target)
            case (
                ast.AnnAssign(target=target, value=value)
                | ast.AugAssign(target=target, value=value)
                | ast.NamedExpr(target=target, value=value)
                | ast.For(target=target, iter=value)
                | ast.comprehension(target=target, iter=value)
            ) if value is inner:
                yield from _names_in(target)
        if isinstance(around.node, ast.stmt):
            return
        inner = around.node


def _is_returned(found: Found, function: Found, names: list[str]) -> bool:
    if isinstance(found.statement, ast.Return):
        return True
    returned = [node.value for node in ast.walk(function.node) if isinstance(node, ast.Return) and node.value]
    return any(name in names for value in returned for name in _names_in(value))


def _assignments(top: ast.AST, name: str, line: int) -> Iterator[tuple[int, ast.expr]]:
    for node in ast.walk(top):
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                yield node.lineno - 1 + line, node.value


def _names_in(node: ast.AST) -> Iterator[str]:
    """The names and dotted names within a node."""
    for part in islice(ast.walk(node), _MOST_NODES):
        names: list[str] = []
        while isinstance(part, ast.Attribute):
            names.append(part.attr)
            part = part.value
        if isinstance(part, ast.Name):
            yield ".".join([part.id, *reversed(names)])
