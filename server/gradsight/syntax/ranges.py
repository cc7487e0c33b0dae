"""Where a node stands, as a range, and where the parts stand that have no node of their own.

Nodes count lines from 1 and (once a chunk has been read) columns in code points; ranges count both
from 0. A helper that has to look at the text takes the line map of the text that the node counts in.
"""

from __future__ import annotations

import ast
import re

from gradsight.text import LineMap, Position, Range

# What may stand between the end of a node and the next token that matters: blanks, joined lines, comments, and the
# parentheses that were put around the node.
_GAP = re.compile(r"(?:[\s\\)]|#[^\r\n]*)*")


def range_of(node: ast.AST) -> Range:
    """The range of a node; for one without a position (a `with` item, arguments) that of its parts."""
    try:
        return node.gradsight_range  # type: ignore[attr-defined,no-any-return]
    except AttributeError:
        # Nodes never move within their chunk, and this is asked often: the node keeps the answer.
        found = node.gradsight_range = _range_of(node)  # type: ignore[attr-defined]
        return found


def _range_of(node: ast.AST) -> Range:
    try:
        return Range(
            Position(node.lineno - 1, node.col_offset),  # type: ignore[attr-defined]
            Position(node.end_lineno - 1, node.end_col_offset),  # type: ignore[attr-defined]
        )
    except AttributeError:
        parts = [range_of(child) for child in ast.iter_child_nodes(node) if hasattr(child, "lineno")]
        if not parts:
            return Range(Position(0, 0), Position(0, 0))
        return Range(min(part.start for part in parts), max(part.end for part in parts))


def between(first: ast.AST, last: ast.AST) -> Range:
    """From the start of one node to the end of another."""
    return Range(range_of(first).start, range_of(last).end)


def behind(lines: LineMap, node: ast.AST) -> int:
    """The offset of the first token behind a node that is neither a closing parenthesis nor a comment."""
    match = _GAP.match(lines.text, lines.offset(range_of(node).end))
    return match.end() if match else 0


def tail_range(lines: LineMap, node: ast.Attribute | ast.Call) -> Range:
    """What stands behind the receiver: `.detach()` of `f(x).detach()`, `.data` of `x.data`.

    The whole range for a call of something that is not an attribute.
    """
    attribute = node.func if isinstance(node, ast.Call) else node
    whole = range_of(node)
    if not isinstance(attribute, ast.Attribute):
        return whole
    return Range(lines.position(behind(lines, attribute.value)), whole.end)


def operator_range(lines: LineMap, node: ast.BinOp | ast.AugAssign) -> Range:
    """The operator between the two sides: `+`, `@`, `**=`."""
    left = node.left if isinstance(node, ast.BinOp) else node.target
    start = behind(lines, left)
    match = re.compile(r"[-+*/%@&|^<>=]+").match(lines.text, start)
    return Range(lines.position(start), lines.position(match.end() if match else start))


def decorator_range(lines: LineMap, decorator: ast.expr) -> Range:
    """A decorator with its `@`."""
    span = range_of(decorator)
    at = lines.text.rfind("@", 0, lines.offset(span.start) + 1)
    return Range(lines.position(max(at, 0)), span.end)


def header_range(lines: LineMap, node: ast.stmt) -> Range:
    """The first line of a compound statement up to its colon: `with torch.no_grad():`. Else the whole range."""
    whole = range_of(node)
    match node:
        case ast.With(items=items) | ast.AsyncWith(items=items):
            last: ast.AST = items[-1].optional_vars or items[-1].context_expr
        case ast.For(iter=last) | ast.AsyncFor(iter=last) | ast.If(test=last) | ast.While(test=last):
            pass
        case ast.ClassDef(bases=bases, keywords=keywords) if bases or keywords:
            last = max([*bases, *keywords], key=lambda part: range_of(part).end)
        case ast.FunctionDef(returns=ast.expr() as last) | ast.AsyncFunctionDef(returns=ast.expr() as last):
            pass
        case ast.FunctionDef(args=last) | ast.AsyncFunctionDef(args=last) if list(ast.iter_child_nodes(last)):
            pass
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Try():
            colon = lines.text.find(":", lines.offset(whole.start))
            return Range(whole.start, lines.position(colon + 1)) if colon >= 0 else whole
        case _:
            return whole
    colon = lines.text.find(":", _skip(lines.text, lines.offset(range_of(last).end)))
    return Range(whole.start, lines.position(colon + 1)) if colon >= 0 else whole


def _skip(text: str, at: int) -> int:
    """Behind blanks, comments, commas and closing brackets."""
    match = re.compile(r"(?:[\s\\),]|#[^\r\n]*)*").match(text, at)
    return match.end() if match else at
