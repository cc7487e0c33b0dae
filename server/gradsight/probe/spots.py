"""From the instruction that the worker reports to the piece of source that the vocabulary calls the event's place.

Python 3.11 and later tell the columns of every instruction; they are the range of a syntax node, or nearly
so. Before that only the line is known, and the place is the one node on it that could have done it, or the
line where that is not clear.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradsight.document import Document
from gradsight.syntax.found import Found
from gradsight.text import WHOLE_TEXT, Position, Range, Site

_OPERATORS: dict[str, type[ast.AST]] = {
    "add": ast.Add, "radd": ast.Add, "sub": ast.Sub, "rsub": ast.Sub, "mul": ast.Mult, "rmul": ast.Mult,
    "div": ast.Div, "rdiv": ast.Div, "truediv": ast.Div, "rtruediv": ast.Div, "pow": ast.Pow, "rpow": ast.Pow,
    "matmul": ast.MatMult, "rmatmul": ast.MatMult, "floordiv": ast.FloorDiv, "rfloordiv": ast.FloorDiv,
    "remainder": ast.Mod, "mod": ast.Mod,
}  # fmt: skip
_ASSIGNMENTS = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Delete)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

Fits = Callable[[ast.AST], bool]


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of an event, with the syntax node there if there is one."""

    site: Site
    found: Found | None = None


class Spots:
    """Places of one run. Reads the other files that take part when they are first needed."""

    def __init__(self, document: Document, file: str) -> None:
        """`file` is what the worker calls the document."""
        self._file = file
        self._own = document
        self.documents: dict[str, Document] = {document.path: document}
        self._places: dict[int, dict[str, Any]] = {}
        self._known: dict[tuple[int, str, bool], Spot] = {}
        """A loop comes by the same places again and again."""

    def add(self, message: dict[str, Any]) -> None:
        """Takes the worker's description of a place."""
        self._places[message["n"]] = message

    def of(self, number: int, op: str = "", *, writes: bool = False) -> Spot:
        """The place of an op or call; `writes`: of what assigns to an attribute or slot, the whole statement."""
        key = number, op, writes
        spot = self._known.get(key)
        if spot is None:
            spot = self._known[key] = self._looked_up(number, op, writes)
        return spot

    def _looked_up(self, number: int, op: str, writes: bool) -> Spot:
        place = self._places.get(number)
        if place is None:
            return Spot(Site(self._own.path, WHOLE_TEXT, Range.of(0, 0, 0, 0)))
        document = self._document(place["path"])
        if place["span"] is not None:
            return self._of_span(document, place["span"], writes)
        return self._of_line(document, place["line"] - 1, lambda node: _could_be(node, op, writes))

    def of_scope(self, number: int, mode: str, decorates: bool) -> Spot:
        """The place of a grad-mode scope: the context expression, the decorator, or the call."""
        place = self._places.get(number)
        word = mode.partition("(")[0]
        if place is None or not decorates:
            return _context_expression(self.of(number, word), word)
        document = self._document(place["path"])
        for decorator in _decorators(document, place["line"] - 1, place["function"]):
            node: ast.AST = decorator.node
            while isinstance(node, ast.Call):
                node = node.func
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
            if name in (word, "set_grad_enabled"):
                return Spot(_site(document, decorator.range), decorator)
        return self._of_line(document, place["line"] - 1, lambda node: False)

    def of_grad(self, number: int) -> Spot:
        """The place where `.grad` is read."""
        spot = self.of(number, "grad")
        if spot.found is not None and not _is_attribute(spot.found.node, "grad"):
            # `getattr(p, "grad")`, `p.grad.norm()` of old Pythons and the like keep the place they have.
            inner = [node for node in ast.walk(spot.found.node) if _is_attribute(node, "grad")]
            if len(inner) == 1 and (below := spot.found.inside(inner[0])) is not None:
                return Spot(Site(spot.site.path, WHOLE_TEXT, below.range), below)
        return spot

    def _document(self, path: str) -> Document:
        if path == self._file:
            return self._own
        document = self.documents.get(path)
        if document is None:
            try:
                text = Path(path).read_text("utf-8-sig", "replace")
            except (OSError, ValueError):
                text = ""
            document = self.documents[path] = Document.from_text(path, text)
        return document

    # --- columns known ---------------------------------------------------------------------------

    def _of_span(self, document: Document, span: list[int], writes: bool) -> Spot:
        line, column, end_line, end_column = span
        lines = document.lines
        exact = Range(
            Position(line - 1, lines.from_utf8(line - 1, column)),
            Position(end_line - 1, lines.from_utf8(end_line - 1, end_column)),
        )
        found = document.find(exact)
        if found is None:
            return Spot(_site(document, exact))
        found = _widened(found, exact, writes)
        return Spot(_site(document, found.range), found)

    # --- only the line known -----------------------------------------------------------------------

    def _of_line(self, document: Document, line: int, fits: Fits) -> Spot:
        candidates = [found for found in _nodes_from(document, line) if fits(found.node)]
        if len(candidates) == 1:
            return Spot(_site(document, candidates[0].range), candidates[0])
        text = document.lines.line(line)
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        return Spot(_site(document, Range.of(line, min(start, end), line, end)))


def _site(document: Document, span: Range) -> Site:
    return Site(document.path, WHOLE_TEXT, span)


def _context_expression(spot: Spot, word: str) -> Spot:
    """The expression that opens a scope, where the instruction belongs to the `with` as a whole."""
    found = spot.found
    if found is None or not isinstance(found.node, ast.With | ast.AsyncWith):
        return spot
    expressions = [item.context_expr for item in found.node.items]
    fitting = [expression for expression in expressions if word in found.text(expression)]
    wanted = (fitting or expressions)[0] if len(fitting) < 2 else fitting[0]
    inner = found.inside(wanted)
    return Spot(Site(spot.site.path, WHOLE_TEXT, found.range_of(wanted)), inner) if inner is not None else spot


def _widened(found: Found, exact: Range, writes: bool) -> Found:
    """The node of the vocabulary for the node under an instruction."""
    node = found.node
    stores = isinstance(getattr(node, "ctx", None), ast.Store | ast.Del)
    if stores and (writes or isinstance(node, ast.Tuple | ast.List)):
        for around in found.around():
            if isinstance(around.node, _ASSIGNMENTS):
                return around
            if isinstance(around.node, ast.stmt):
                break
    if found.range != exact:
        # A method called on a new line: its instruction begins at the name of the method.
        for around in [found, *found.around()]:
            if isinstance(around.node, ast.stmt):
                break
            if isinstance(around.node, ast.Call | ast.Attribute) and around.range.end == exact.end:
                return around
    return found


def _nodes_from(document: Document, line: int) -> Iterator[Found]:
    """Every node that ends or begins on a line, inside the statement there."""
    placed = document.chunk_at(line)
    if placed is None:
        return
    waiting: list[tuple[ast.AST, tuple[ast.AST, ...]]] = [(node, ()) for node in reversed(placed.chunk.body)]
    while waiting:
        node, parents = waiting.pop()
        found = Found(node, parents, document.lines, placed.line)
        if hasattr(node, "lineno") and line in (found.range.start.line, found.range.end.line):
            yield found
        waiting.extend((child, (*parents, node)) for child in reversed(list(ast.iter_child_nodes(node))))


def _decorators(document: Document, line: int, function: str) -> Iterator[Found]:
    """The decorators of the function whose text, decorators included, begins at a line."""
    placed = document.chunk_at(line)
    for top in placed.chunk.body if placed is not None else ():
        for node in ast.walk(top):
            if isinstance(node, _FUNCTIONS) and node.name == function and node.decorator_list:
                assert placed is not None
                first = node.decorator_list[0].lineno - 1 + placed.line
                if first == line:
                    for decorator in node.decorator_list:
                        yield Found(decorator, (node,), document.lines, placed.line)


def _is_attribute(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def _could_be(node: ast.AST, op: str, writes: bool) -> bool:
    """Whether a node could be what ran an op, as far as names tell."""
    last = op.rpartition(".")[2]
    bare = last.strip("_")
    if writes and isinstance(node, ast.AugAssign):
        return isinstance(node.op, _OPERATORS.get(bare.removeprefix("i"), _OPERATORS.get(bare, ast.AST)))
    if writes and isinstance(node, ast.Assign):
        target = node.targets[0]
        return (last == "__setitem__" and isinstance(target, ast.Subscript)) or _is_attribute(target, last)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, _OPERATORS.get(bare, ast.AST)) and bare in _OPERATORS
    if isinstance(node, ast.Subscript):
        return last == "__getitem__" and isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.Attribute):
        is_read = isinstance(node.ctx, ast.Load)
        return is_read and node.attr == last and last in ("grad", "data", "T", "mT", "H", "mH", "real", "imag")
    if isinstance(node, ast.Call):
        function = node.func
        name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
        return name in (last, bare)
    return False
