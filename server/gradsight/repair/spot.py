"""Finding what a place means, and what the text around it looks like."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from gradsight.document import Document
from gradsight.syntax.found import Found
from gradsight.syntax.tokens import Token, TokenKind, tokens
from gradsight.text import LineMap, Place, Position, Range

N = TypeVar("N", bound=ast.AST)

ATOMS = (
    ast.Attribute, ast.Call, ast.Constant, ast.Dict, ast.DictComp, ast.GeneratorExp, ast.JoinedStr, ast.List,
    ast.ListComp, ast.Name, ast.Set, ast.SetComp, ast.Subscript,
)  # fmt: skip
"""Expressions that need no parentheses before `.method()`; but for numbers and strings side by side."""


@dataclass(frozen=True)
class Spot:
    """A node that a repair is about, in its document."""

    document: Document
    found: Found

    @property
    def node(self) -> ast.AST:
        """The node itself."""
        return self.found.node

    @property
    def lines(self) -> LineMap:
        """The lines of the document."""
        return self.document.lines

    @property
    def parent(self) -> ast.AST | None:
        """The node directly around it."""
        return self.found.parent

    def range(self, node: ast.AST) -> Range:
        """Where a node of the same top-level statement stands."""
        return self.found.range_of(node)

    def text(self, node: ast.AST) -> str:
        """The source of a node."""
        return self.found.text(node)

    def up(self) -> Spot:
        """The same for the node around; itself at the top."""
        return Spot(self.document, self.found.up(len(self.found.parents) - 1)) if self.found.parents else self

    def to(self, node: ast.AST) -> Spot:
        """The same for a node below this one."""
        inside = self.found.inside(node)
        if inside is None:
            raise ValueError("that node does not lie inside this one")
        return Spot(self.document, inside)

    def statement(self) -> Spot:
        """The same for the statement that holds the node."""
        spot = self
        while not isinstance(spot.node, ast.stmt):
            spot = spot.up()
        return spot

    @cached_property
    def tokens(self) -> list[Token]:
        """The tokens of the statement that holds the node, without comments; only the header of a compound one."""
        statement = self.found.statement
        span = self.range(statement)
        start, stop = span.start, span.end
        decorators = getattr(statement, "decorator_list", None)
        if decorators:
            start = min(self.range(each).start for each in decorators)
        body = getattr(statement, "body", None)
        if isinstance(body, list) and body and not isinstance(statement, (ast.Try, ast.Match)):
            stop = self.range(body[0]).start
        return [each for each in tokens(self.lines, start, stop) if each.kind is not TokenKind.COMMENT]

    def outer(self, node: ast.AST, parent: ast.AST | None = None) -> Range:
        """The range of a node with the parentheses that were put around it; `parent` is the node around it."""
        span = self.range(node)
        parent = self.parent if parent is None and node is self.node else parent
        known = self.tokens
        first = next((k for k, each in enumerate(known) if each.range.start == span.start), None)
        last = next((k for k, each in enumerate(known) if each.range.end == span.end), None)
        if first is None or last is None:
            return span
        limit = self.range(parent) if parent is not None and hasattr(parent, "lineno") else None
        called = isinstance(parent, ast.Call) and node is not parent.func
        while first > 0 and last + 1 < len(known) and known[first - 1].text == "(" and known[last + 1].text == ")":
            pair = Range(known[first - 1].range.start, known[last + 1].range.end)
            if limit is not None and (not limit.contains(pair) or (called and pair.end == limit.end)):
                break
            first, last, span = first - 1, last + 1, pair
        return span

    def behind(self, position: Position) -> Token | None:
        """The first token at or behind a position."""
        return next((each for each in self.tokens if each.range.start >= position), None)

    def before(self, position: Position) -> Token | None:
        """The last token that ends at or before a position."""
        return next((each for each in reversed(self.tokens) if each.range.end <= position), None)

    def needs_parentheses(self, node: ast.AST) -> bool:
        """Whether `.method()` or an operator cannot be put behind the node as it stands."""
        if isinstance(node, ast.Tuple):
            return not self.text(node).startswith("(")
        if isinstance(node, ast.Constant):
            # `1.item()` would be read as a number with a tail, and two strings side by side are one node.
            return not isinstance(node.value, str) or len(self.range_tokens(node)) > 1
        return not isinstance(node, ATOMS)

    def range_tokens(self, node: ast.AST) -> list[Token]:
        """The tokens of a node."""
        span = self.range(node)
        return [each for each in self.tokens if span.contains(each.range)]

    def one_line(self, span: Range) -> str | None:
        """The text of a range if it is short and on one line: fit for a title."""
        text = self.lines.slice(span)
        return text if len(text) <= 60 and "\n" not in text and "\r" not in text else None


def spot_at(document: Document, place: Place) -> Spot | None:
    """The smallest node that covers a place; None where the code is broken or the place is in another file."""
    if place.path != document.path:
        return None
    found = document.find(place.range)
    if found is None or any(span.touches(found.range) for span in _broken_near(document, found)):
        return None
    # Before 3.12 the places of nodes in f-strings are not reliable.
    if sys.version_info < (3, 12) and any(isinstance(each, ast.JoinedStr) for each in found.parents):
        return None
    return Spot(document, found)


def _broken_near(document: Document, found: Found) -> Iterator[Range]:
    placed = document.chunk_at(found.range.start.line)
    if placed is None or isinstance(found.node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return iter(())
    return (span.moved(placed.line) for span in placed.chunk.broken)


def expression_at(document: Document, place: Place) -> Spot | None:
    """The expression whose place this is, also if the place has the parentheses around it."""
    spot = spot_at(document, place)
    if spot is None:
        return None
    if isinstance(spot.node, ast.Expr):
        spot = spot.to(spot.node.value)
    if isinstance(spot.node, ast.expr) and (
        place.range == spot.range(spot.node) or place.range == spot.outer(spot.node)
    ):
        return spot
    text = document.lines.slice(place.range)
    if text.startswith("(") and text.endswith(")"):
        start = document.lines.offset(place.range.start)
        white = re.compile(r"\(\s*").match(text)
        end = start + len(text[:-1].rstrip())
        inner = Range(document.lines.position(start + (white.end() if white else 1)), document.lines.position(end))
        return expression_at(document, Place(place.path, inner)) if inner.start < inner.end else None
    return None


def expression_of(document: Document, place: Place, kind: type[N]) -> tuple[Spot, N] | None:
    """The expression at a place if it is of one kind."""
    spot = expression_at(document, place)
    return (spot, spot.node) if spot is not None and isinstance(spot.node, kind) else None


def dotted(node: ast.AST) -> str | None:
    """`self.net.weight` as a string; None for anything but names and attributes of them."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else None
