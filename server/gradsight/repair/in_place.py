"""Fixes for writing in place: compute a new tensor, copy first, or write where autograd does not watch."""

from __future__ import annotations

import ast

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair import in_place_names as known
from gradsight.repair.arguments import dropped
from gradsight.repair.blocks import Placing, placing_at
from gradsight.repair.build import Change, at, build, retitled
from gradsight.repair.calls import append
from gradsight.repair.names import imported_as, local_name
from gradsight.repair.spot import Spot, dotted, spot_at
from gradsight.repair.statements import insert_before, wrapped
from gradsight.text import Place, Position, Range, apply_edits

_STRENGTH: dict[type[ast.operator], int] = {
    ast.BitOr: 1, ast.BitXor: 2, ast.BitAnd: 3, ast.LShift: 4, ast.RShift: 4, ast.Add: 5, ast.Sub: 5, ast.Mult: 6,
    ast.Div: 6, ast.FloorDiv: 6, ast.Mod: 6, ast.MatMult: 6, ast.Pow: 8,
}  # fmt: skip
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMELESS = (ast.Call, ast.BinOp, ast.UnaryOp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_UPDATES: dict[type[ast.operator], str] = {ast.Add: "+=", ast.Sub: "-=", ast.Mult: "*=", ast.Div: "/="}


def out_of_place(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = Safety.SAFE
) -> Fix | None:
    """What is written in place at `place` becomes a new tensor under the same name.

    `place` is a statement (`y += 1`), a call of a method or function that writes in place, or a call with
    `inplace=True` or `out=`. None for a write into a slot and for a method that has no other form.
    """
    spot = spot_at(document, place)
    if spot is None:
        return None
    if isinstance(spot.node, ast.Expr):
        spot = spot.to(spot.node.value)
    changes: list[Change] | None = None
    if isinstance(spot.node, ast.AugAssign):
        changes = _assigned(spot, spot.node)
    else:
        while not isinstance(spot.node, (ast.Call, ast.stmt)):
            spot = spot.up()
        if isinstance(spot.node, ast.Call):
            changes = _call(spot, spot.node)
    if changes is None:
        return None
    fix = build(document, title or "", safety, changes)
    return fix if fix is None or title else retitled(fix, _title(spot, changes))


def clone_first(
    document: Document, place: Place, *, title: str | None = None, safety: Safety = Safety.SAFE
) -> Fix | None:
    """The expression at `place` gives a copy, so that writing into it leaves the original alone."""
    return append(document, place, ".clone()", title=title or "Copy it with `.clone()`", safety=safety)


def clone_before(
    document: Document, place: Place, name: str, *, title: str | None = None, safety: Safety = Safety.SAFE
) -> Fix | None:
    """A copy takes the place of `name` before the statement that holds `place` writes into it."""
    text = f"{name} = {name}.clone()"
    return insert_before(document, place, text, title=title or f"Copy `{name}` before it is changed", safety=safety)


def in_no_grad(
    document: Document, *places: Place, title: str | None = None, safety: Safety = Safety.SAFE
) -> Fix | None:
    """The updates that hold `places` run below `torch.no_grad()`; `w = w - d` becomes `w -= d` there."""
    scope = local_name(document, "torch.no_grad", places[0]) if places else None
    found = [placing_at(document, place) for place in places]
    placings = [placing for placing in found if placing is not None]
    if scope is None or not placings or len(placings) < len(found):
        return None
    changes = wrapped(placings, f"with {scope}():")
    if changes is None:
        return None
    done: set[Range] = set()
    for placing in placings:
        if placing.span not in done and not _writes_in_place(placing.statement):
            done.add(placing.span)
            update = _as_update(placing)
            if update is None:
                return None
            changes += update
    return build(document, title or f"Update it in `with {scope}():`", safety, changes)


def _assigned(spot: Spot, statement: ast.AugAssign) -> list[Change] | None:
    """`y += 1` -> `y = y + 1`."""
    name = dotted(statement.target)
    if name is None or _is_element(spot, name):
        return None
    target, value = spot.range(statement.target), spot.range(statement.value)
    operator = spot.behind(spot.outer(statement.target, statement).end)
    outer = spot.outer(statement.value, statement)
    if operator is None or not operator.text.endswith("=") or spot.lines.slice(target) != name:
        return None
    changes: list[Change] = [(operator.range, f"= {name} {operator.text[:-1]}")]
    if outer == value and _binds_weaker(statement.value, statement.op, spot):
        changes += [(at(value.start), "("), (at(value.end), ")")]
    return changes


def _binds_weaker(node: ast.expr, operator: ast.operator, spot: Spot) -> bool:
    """Whether `x operator node` needs parentheses around the node as it is written."""
    strength = _STRENGTH[type(operator)]
    if isinstance(node, ast.BinOp):
        inner = _STRENGTH[type(node.op)]
        return inner < strength or (inner == strength and not isinstance(operator, ast.Pow))
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Tuple):
        return not spot.text(node).startswith("(")
    return isinstance(node, (ast.BoolOp, ast.Compare, ast.IfExp, ast.Lambda, ast.NamedExpr, ast.Yield, ast.YieldFrom))


def _call(spot: Spot, call: ast.Call) -> list[Change] | None:
    out = next((each for each in call.keywords if each.arg == "out"), None)
    if out is not None:
        name = dotted(out.value)
        return None if name is None else _named(spot, name, dropped(spot, call, out))
    inplace = _inplace_argument(call)
    if inplace is not None:
        changes = dropped(spot, call, inplace)
        if _is_constructor(call):
            return changes
        target = call.args[0] if call.args else None
        return None if target is None else _named(spot, dotted(target), changes, fresh=isinstance(target, _NAMELESS))
    if not isinstance(call.func, ast.Attribute):
        return None
    module = imported_as(spot.document, call.func.value.id) if isinstance(call.func.value, ast.Name) else None
    if module is not None:
        underscore = _underscore(spot, call.func, known.FUNCTIONS)
        if underscore is None or not call.args:
            return None
        target = call.args[0]
        return _named(spot, dotted(target), [underscore], fresh=isinstance(target, _NAMELESS))
    return _chain(spot)


def _chain(spot: Spot) -> list[Change] | None:
    """All methods in place that are called one after the other on the same tensor."""
    while _continues(spot):
        spot = spot.up().up()
    changes: list[Change] = []
    node: ast.AST = spot.node
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _writes(node.func.attr):
        underscore = _underscore(spot, node.func, known.METHODS)
        if underscore is None:
            return None
        changes.append(underscore)
        node = node.func.value
    if not changes:
        return None
    return _named(spot, dotted(node), changes, fresh=isinstance(node, _NAMELESS))


def _continues(spot: Spot) -> bool:
    """Whether another method in place is called on the result."""
    attribute, call = spot.parent, spot.up().parent
    return (
        isinstance(attribute, ast.Attribute)
        and _writes(attribute.attr)
        and isinstance(call, ast.Call)
        and call.func is attribute
    )


def _writes(name: str) -> bool:
    return name.endswith("_") and not name.endswith("__")


def _underscore(spot: Spot, attribute: ast.Attribute, names: frozenset[str]) -> Change | None:
    """Takes the last character off a name that says `in place`; None where there is no other form."""
    if attribute.attr[:-1] not in names or not _writes(attribute.attr):
        return None
    end = spot.range(attribute).end
    span = Range(Position(end.line, end.column - 1), end)
    return (span, "") if spot.lines.slice(span) == "_" else None


def _named(spot: Spot, name: str | None, changes: list[Change], *, fresh: bool = False) -> list[Change] | None:
    """Lets `name`, which was written, be the new result.

    As a statement the call is assigned to it. Within another expression the result goes on as it is, if nobody
    asks for the old name later; `fresh` says that it had no name.
    """
    span, parent = spot.outer(spot.node), spot.parent
    if name is not None and (_is_element(spot, name) or not _is_bound_here(spot, name)):
        return None
    if isinstance(parent, ast.Expr):
        return None if name is None else [(at(span.start), f"{name} = "), *changes]
    if name is None:
        return changes if fresh else None
    if isinstance(parent, ast.Assign):
        targets = [dotted(target) for target in parent.targets]
        if name in targets or not _read_later(spot, name):
            return changes
        return [(at(span.start), f"{name} = "), *changes]
    if isinstance(parent, ast.Return) or not _read_later(spot, name):
        return changes
    return None


def _read_later(spot: Spot, name: str) -> bool:
    """Whether the name may be read after the statement: below it in its function, or in a loop around it."""
    if "." in name:
        # An attribute outlives the function.
        return True
    statement = spot.statement()
    scope, loop = statement, None
    while not isinstance(scope.node, _SCOPES) and scope.found.parents:
        scope = scope.up()
        if isinstance(scope.node, _LOOPS):
            loop = scope.node
    own = {id(node) for node in ast.walk(statement.node)}
    again = {id(node) for node in ast.walk(loop)} - own if loop is not None else set()
    end = spot.range(statement.node).end
    for node in ast.walk(scope.node):
        if _reads(node, name) and (id(node) in again or (id(node) not in own and spot.range(node).start >= end)):
            return True
    if isinstance(scope.node, _SCOPES):
        return False
    return any(
        _reads(node, name)
        for placed in spot.document.chunks
        if placed.line > end.line and name in placed.chunk.text
        for each in placed.chunk.body
        for node in ast.walk(each)
    )


def _is_element(spot: Spot, name: str) -> bool:
    """Whether a `for` around gives the name: then what is written in place is what the loop goes over."""
    return any(
        isinstance(each, ast.Name) and each.id == name
        for around in spot.found.parents
        if isinstance(around, (ast.For, ast.AsyncFor))
        for each in ast.walk(around.target)
    )


def _is_bound_here(spot: Spot, name: str) -> bool:
    """Whether the function around can assign to the name without cutting itself off from one outside."""
    function = next((each for each in reversed(spot.found.parents) if isinstance(each, _SCOPES)), None)
    if "." in name or function is None or isinstance(function, ast.ClassDef):
        return True
    return any(
        (isinstance(each, ast.arg) and each.arg == name)
        or (isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Store))
        or (isinstance(each, (ast.Global, ast.Nonlocal)) and name in each.names)
        for each in ast.walk(function)
    )


def _reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)


def _inplace_argument(call: ast.Call) -> ast.expr | ast.keyword | None:
    for keyword in call.keywords:
        if keyword.arg == "inplace":
            return keyword
    name = (dotted(call.func) or "").rsplit(".", 1)[-1]
    index = known.INPLACE_ARGUMENT.get(name)
    if index is None or len(call.args) != index + 1 or any(isinstance(each, ast.Starred) for each in call.args):
        return None
    last = call.args[index]
    return last if isinstance(last, ast.Constant) and last.value is True else None


def _is_constructor(call: ast.Call) -> bool:
    name = (dotted(call.func) or "").rsplit(".", 1)[-1]
    return name[:1].isupper()


def _writes_in_place(statement: ast.stmt) -> bool:
    """Whether the statement changes a tensor that exists, rather than giving its name to another one."""
    return not isinstance(statement, (ast.Assign, ast.AnnAssign)) or (
        isinstance(statement, ast.Assign) and all(isinstance(each, ast.Subscript) for each in statement.targets)
    )


def _as_update(placing: Placing) -> list[Change] | None:
    """`w = w - d` -> `w -= d`."""
    spot, statement = placing.spot, placing.statement
    match statement:
        case ast.Assign(targets=[target], value=ast.BinOp(left=left, op=operator, right=right) as value):
            pass
        case _:
            return None
    name = dotted(target)
    sign = _UPDATES.get(type(operator))
    if name is None or sign is None or dotted(left) != name:
        return None
    inner = spot.to(value)
    whole, rest = inner.outer(value, statement), inner.outer(right, value)
    if "#" in spot.lines.slice(Range(spot.range(target).end, rest.start)):
        return None
    head = Range(spot.outer(target, statement).end, rest.start)
    if whole == spot.range(value):
        return [(head, f" {sign} ")]
    # The parentheses around the whole right side stay around what is left of it.
    opening = spot.lines.slice(Range(whole.start, spot.range(value).start))
    return [(head, f" {sign} {opening}")]


def _title(spot: Spot, changes: list[Change]) -> str:
    """What the statement becomes, if that is short; else what goes."""
    span = spot.range(spot.found.statement)
    line = span.start.line
    if span.end.line == line and all(span.contains(each) for each, _ in changes):
        text, first = spot.lines.slice(span), span.start.column
        local = [(Range.of(0, one.start.column - first, 0, one.end.column - first), new) for one, new in changes]
        after = apply_edits(text, local)
        if len(after) <= 60:
            return f"Write `{after}`"
    gone = next((spot.lines.slice(each).strip(" ,\r\n") for each, new in changes if not new), "")
    if len(gone) > 1 and "\n" not in gone:
        return f"Remove `{gone}`"
    return "Compute a new tensor instead of changing this one"
