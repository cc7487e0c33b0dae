"""Calls that no run reaches, because their block has ended before."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gradsight.syntax.found import Found


@dataclass(frozen=True, slots=True)
class Unreached:
    """A call behind a statement that leaves its block."""

    stop: Found
    """The `break`, `continue` or `return`."""
    call: Found
    around: Found
    """What the block belongs to."""
    last: Found
    """The last statement of the block."""


def unreached_calls(tops: Iterable[Found], method: str) -> Iterator[Unreached]:
    """Calls of a method, as statements below `tops`, behind a `break`, `continue` or `return` of the same block; the
    first of each block. What stands behind a `raise` was switched off on purpose."""
    for top in tops:
        for node in ast.walk(top.node):
            for field in ("body", "orelse", "finalbody"):
                block = getattr(node, field, None)
                if isinstance(block, list) and (found := _in_block(top, node, block, method)) is not None:
                    yield found


def _in_block(top: Found, owner: ast.AST, block: list[ast.stmt], method: str) -> Unreached | None:
    stops = ast.Break | ast.Continue | ast.Return
    at = next((index for index, statement in enumerate(block) if isinstance(statement, stops)), None)
    if at is None:
        return None
    for behind in block[at + 1 :]:
        match behind:
            case ast.Expr(ast.Call(func=ast.Attribute(attr=attribute)) as call) if attribute == method:
                parts = [top.inside(node) or top for node in (block[at], call, owner, block[-1])]
                return Unreached(*parts)
    return None
