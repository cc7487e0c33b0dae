"""A syntax node that was looked up by its place in a document, with everything around it."""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gradsight.syntax import ranges
from gradsight.text import LineMap, Range


@dataclass(frozen=True, slots=True)
class Found:
    """A node and its parents; every range it gives counts from the top of the document."""

    node: ast.AST
    parents: tuple[ast.AST, ...]
    """Outermost first, nearest last."""
    lines: LineMap
    """The lines of the document."""
    line: int
    """The line from which the node counts."""

    @property
    def range(self) -> Range:
        """Where the node stands."""
        return self.range_of(self.node)

    @property
    def statement(self) -> ast.stmt:
        """The innermost statement that holds the node (or is it)."""
        return next(node for node in reversed((*self.parents, self.node)) if isinstance(node, ast.stmt))

    @property
    def parent(self) -> ast.AST | None:
        """The node directly around; None for a top-level statement."""
        return self.parents[-1] if self.parents else None

    def range_of(self, node: ast.AST) -> Range:
        """Where a node of the same statement stands."""
        return ranges.range_of(node).moved(self.line)

    def text(self, node: ast.AST | None = None) -> str:
        """The source of a node of the same statement, of the one found if none is given."""
        return self.lines.slice(self.range_of(self.node if node is None else node))

    @property
    def block(self) -> list[ast.stmt] | None:
        """The list of statements that the innermost statement is one of; None at the top level."""
        statement = self.statement
        for parent in reversed(self.parents):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(parent, field, None)
                if isinstance(block, list) and statement in block:
                    return block
        return None

    def shares_block(self, other: Found) -> bool:
        """Whether the statements of both are in one block, so that they run together."""
        return self.lines is other.lines and self.block is other.block

    def around(self) -> Iterator[Found]:
        """The same view of every node around this one, nearest first."""
        for number in range(len(self.parents) - 1, -1, -1):
            yield self.up(number)

    def up(self, number: int) -> Found:
        """The same view of the parent with this index."""
        return Found(self.parents[number], self.parents[:number], self.lines, self.line)

    def inside(self, node: ast.AST) -> Found | None:
        """The same view of a node somewhere below this one."""
        way = _way_to(self.node, node)
        return None if way is None else Found(node, (*self.parents, *way), self.lines, self.line)


def _way_to(top: ast.AST, wanted: ast.AST) -> list[ast.AST] | None:
    waiting: deque[tuple[ast.AST, tuple[ast.AST, ...]]] = deque([(top, ())])
    while waiting:
        node, way = waiting.popleft()
        if node is wanted:
            return list(way)
        waiting.extend((child, (*way, node)) for child in ast.iter_child_nodes(node))
    return None


def smallest(body: Iterable[ast.stmt], wanted: Range) -> tuple[ast.AST, tuple[ast.AST, ...]] | None:
    """The smallest node that covers `wanted`, with the nodes around it."""
    way: list[ast.AST] = []
    children: Iterable[ast.AST] = body
    while True:
        for child in children:
            if _covers(child, wanted):
                way.append(child)
                children = ast.iter_child_nodes(child)
                break
        else:
            break
    while way and not hasattr(way[-1], "lineno"):
        way.pop()
    return (way[-1], tuple(way[:-1])) if way else None


def _covers(node: ast.AST, wanted: Range) -> bool:
    if not hasattr(node, "lineno"):
        # A `with` item, arguments and the like have no place of their own, but their parts do.
        return any(_covers(child, wanted) for child in ast.iter_child_nodes(node))
    if ranges.range_of(node).contains(wanted):
        return True
    # A decorator stands above the `def` whose child it is.
    return any(ranges.range_of(each).contains(wanted) for each in getattr(node, "decorator_list", ()))
