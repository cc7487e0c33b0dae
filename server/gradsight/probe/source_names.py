"""What the source calls the tensors of an event: the targets of an assignment, the receiver of a call."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from itertools import islice

from gradsight.probe.spots import Spot
from gradsight.syntax.found import Found
from gradsight.text import Site

_MOST_NODES = 300


def target_nodes(found: Found | None) -> list[tuple[str, ast.AST]]:
    """(text, node) of what is assigned the value of exactly this expression."""
    parent = found.parent if found is not None else None
    if found is None or getattr(parent, "value", None) is not found.node:
        return []
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1:
        target: ast.expr = parent.targets[0]
    elif isinstance(parent, ast.AnnAssign | ast.NamedExpr):
        target = parent.target
    else:
        return []
    parts = target.elts if isinstance(target, ast.Tuple | ast.List) else [target]
    if not all(isinstance(part, ast.Name | ast.Attribute) for part in parts):
        return []
    return [(found.text(part), part) for part in parts]


def targets(found: Found | None) -> list[str]:
    """The names that are given the value of exactly this expression, as written."""
    return [text for text, _ in target_nodes(found)]


def receiver_of(found: Found | None) -> ast.AST | None:
    """`loss` of `loss.backward()`, `optimizer` of `optimizer.step()`, `w` of `w.grad`."""
    node = found.node if found is not None else None
    if isinstance(node, ast.Assign):
        node = node.targets[0]
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            return node.func.value
        return node.args[0] if len(node.args) == 1 else None
    return node.value if isinstance(node, ast.Attribute) else None


def written_node(found: Found | None, op: str) -> ast.AST | None:
    """`y` of `y += 1`, of `y[0] = 1` and of `y.add_(1)`."""
    node = found.node if found is not None else None
    if isinstance(node, ast.AugAssign):
        node = node.target
        return node.value if isinstance(node, ast.Subscript) else node
    if isinstance(node, ast.Assign):
        target = node.targets[0]
        return target.value if isinstance(target, ast.Subscript | ast.Attribute) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.value if node.func.attr == op.rpartition(".")[2] else None
    return None


def simple_text(found: Found | None, node: ast.AST | None) -> str | None:
    """The source of a name or of attributes of one; other expressions have no name."""
    inner = node
    while isinstance(inner, ast.Attribute):
        inner = inner.value
    return found.text(node) if found is not None and node is not None and isinstance(inner, ast.Name) else None


def operands(spot: Spot) -> Iterable[tuple[str, Site]]:
    """The names and attributes that are read within an expression, with their places."""
    assert spot.found is not None
    for node in islice(ast.walk(spot.found.node), _MOST_NODES):
        if isinstance(node, ast.Name | ast.Attribute):
            text = simple_text(spot.found, node)
            if text is not None:
                yield text, Site(spot.site.path, spot.site.chunk, spot.found.range_of(node))
