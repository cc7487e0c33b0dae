"""What the top level of an imported module binds, and which of its statements only matter once a name is asked for.

Most of a module is definitions, imports and constants: walking one of them is needed only when its name is looked up.
What else stands there (calls, loops) happens when the module is imported.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gradsight.document import Document
from gradsight.syntax.chunks import Chunk

_DEFINES = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_DECORATED = ("def ", "class ", "async ", "@")
_ASSIGNS_ONE = re.compile(r"([A-Za-z_]\w*)[ \t]*(?::[^=\n]+)?=(?!=)(?![^\n=]*[^=!<>\n]=(?![=]))")
_MAIN_GUARD = re.compile(r"if\s+\(?\s*(?:__name__\s*==|['\"]__main__['\"]\s*==)")
_MINDS_THE_ORDER = re.compile(r"set_grad_enabled|inference_mode|no_grad|\.backward\(|\.step\(|requires_grad|\w_\(")


@dataclass(frozen=True, slots=True)
class Unit:
    """Statements of a module that are walked together when one of their names is looked up."""

    chunks: tuple[int, ...]
    """Positions among the chunks of the document."""
    alias: tuple[int, int] | None = None
    """Of one import statement: its position in the chunk, and that of the imported name in it."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the top level of a module is walked."""

    late: Mapping[str, Unit]
    """By name: what binds it."""
    stars: tuple[Unit, ...]
    """`from module import *`: may bind any name."""
    imports: tuple[int, ...]
    """Chunks of import statements among what is late."""
    now: tuple[int, ...]
    """Chunks that run when the module is imported."""


@dataclass
class _Piece:
    index: int
    names: tuple[str, ...]
    now: bool = False
    calls: bool = False
    aliases: tuple[tuple[str, tuple[int, int]], ...] = ()
    stars: tuple[tuple[int, int], ...] = ()


def layout_of(document: Document) -> Layout:
    """The layout of a document's top level."""
    pieces = [*_pieces(document)]
    in_order = any(piece.now and _MINDS_THE_ORDER.search(document.chunks[piece.index].chunk.text) for piece in pieces)
    if in_order:
        for piece in pieces:
            piece.now = piece.now or piece.calls
    bound_now = {name for piece in pieces if piece.now for name in piece.names}
    now = {piece.index for piece in pieces if piece.now}
    groups: dict[str, list[int]] = {}
    aliases: dict[str, Unit] = {}
    for piece in pieces:
        if piece.now:
            continue
        if not piece.aliases and bound_now.intersection(piece.names):
            now.add(piece.index)
            continue
        for name in piece.names:
            groups.setdefault(name, []).append(piece.index)
        for name, at in piece.aliases:
            aliases[name] = Unit((piece.index,), at)
            groups.setdefault(name, []).append(piece.index)
    joined = _joined(groups)
    late = {
        name: aliases[name] if len(chunks) == 1 and name in aliases else Unit(joined[name])
        for name, chunks in groups.items()
    }
    stars = tuple(Unit((piece.index,), at) for piece in pieces for at in piece.stars)
    imports = tuple(piece.index for piece in pieces if piece.aliases or piece.stars)
    return Layout(late, stars, imports, tuple(sorted(now)))


def _joined(groups: Mapping[str, list[int]]) -> dict[str, tuple[int, ...]]:
    """By name: all the chunks that have to be walked for it, those that bind its neighbours again too."""
    several = {index for chunks in groups.values() if len(chunks) > 1 for index in chunks}
    if not several:
        return {name: tuple(chunks) for name, chunks in groups.items()}
    parent: dict[int, int] = {}

    def top(index: int) -> int:
        while (above := parent.setdefault(index, index)) != index:
            index = above
        return index

    for chunks in groups.values():
        for index in chunks[1:]:
            parent[top(index)] = top(chunks[0])
    members: dict[int, set[int]] = {}
    for chunks in groups.values():
        for index in chunks:
            members.setdefault(top(index), set()).add(index)
    return {name: tuple(sorted(members[top(chunks[0])])) for name, chunks in groups.items()}


def _pieces(document: Document) -> Iterator[_Piece]:
    for index, placed in enumerate(document.chunks):
        text = placed.chunk.text
        if text.startswith(_DECORATED):
            found = _DEFINES.search(text)
            if found is not None:
                yield _Piece(index, (found.group(1),))
            continue
        if text[:1] in "\"'" or _MAIN_GUARD.match(text):
            continue
        assigned = _ASSIGNS_ONE.match(text)
        if assigned is not None and ";" not in text:
            yield _Piece(index, (assigned.group(1),), calls="(" in text)
            continue
        yield _read(index, placed.chunk)


def _read(index: int, chunk: Chunk) -> _Piece:
    body = chunk.body
    if all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in body):
        aliases, stars = [], []
        for number, statement in enumerate(body):
            assert isinstance(statement, ast.Import | ast.ImportFrom)
            for position, alias in enumerate(statement.names):
                if alias.name == "*":
                    stars.append((number, position))
                else:
                    aliases.append((bound_by(statement, alias), (number, position)))
        return _Piece(index, (), aliases=tuple(aliases), stars=tuple(stars))
    reader = _Reader()
    reader.block(body)
    return _Piece(index, tuple(dict.fromkeys(reader.names)), now=reader.now, calls=reader.calls)


def bound_by(statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    """The name that one part of an import statement binds."""
    if alias.asname is not None:
        return alias.asname
    return alias.name.partition(".")[0] if isinstance(statement, ast.Import) else alias.name


class _Reader:
    """What statements bind, and whether they do more than that."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.now = False
        self.calls = False

    def block(self, body: Iterable[ast.stmt]) -> None:
        for statement in body:
            self.statement(statement)

    def statement(self, statement: ast.stmt) -> None:
        match statement:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                self.names.append(name)
            case ast.Import() | ast.ImportFrom():
                self.names += [bound_by(statement, alias) for alias in statement.names if alias.name != "*"]
                self.now = self.now or any(alias.name == "*" for alias in statement.names)
            case ast.Assign(targets, value):
                for target in targets:
                    self.target(target)
                self.value(value)
            case ast.AnnAssign(target, _, value):
                if value is not None:
                    self.target(target)
                    self.value(value)
            case ast.If(test, body, orelse):
                self.value(test, calls_matter=False)
                self.block(body)
                self.block(orelse)
            case ast.Try(body, handlers, orelse, final):
                for part in (body, *(handler.body for handler in handlers), orelse, final):
                    self.block(part)
            case ast.Expr(ast.Constant()) | ast.Pass() | ast.Raise() | ast.Assert() | ast.Global():
                pass
            case _:
                self.now = True
                for node in ast.walk(statement):
                    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                        self.names.append(node.id)

    def target(self, target: ast.expr) -> None:
        match target:
            case ast.Name(name):
                self.names.append(name)
            case ast.Tuple(parts) | ast.List(parts):
                for part in parts:
                    self.target(part)
            case ast.Starred(inner):
                self.target(inner)
            case _:
                self.now = True

    def value(self, value: ast.expr, *, calls_matter: bool = True) -> None:
        if calls_matter and any(isinstance(node, ast.Call) for node in ast.walk(value)):
            self.calls = True
