"""Making tensors that can have, or that do have, a gradient of their own."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair import arguments, calls
from gradsight.repair.build import Change, at, build, combined, retitled
from gradsight.repair.names import imported_as, local_name
from gradsight.repair.spot import Spot, dotted, expression_of
from gradsight.text import Place, Range

_TAKE_REQUIRES_GRAD = {
    "arange", "asarray", "bartlett_window", "blackman_window", "empty", "empty_like", "empty_strided", "eye", "full",
    "full_like", "hamming_window", "hann_window", "kaiser_window", "linspace", "logspace", "new_empty", "new_full",
    "new_ones", "new_tensor", "new_zeros", "normal", "ones", "ones_like", "Parameter", "rand", "rand_like", "randn",
    "randn_like", "range", "scalar_tensor", "tensor", "zeros", "zeros_like",
}  # fmt: skip
"""The factories that have this keyword; `requires_grad_()` serves the others."""
_HOLD_LITERALS = {"arange", "asarray", "new_tensor", "range", "scalar_tensor", "tensor"}
"""The factories whose numbers are the elements, and not a size or a limit that has to be whole."""

_TAKE_DTYPE = _TAKE_REQUIRES_GRAD - {"Parameter"} | {"randint", "randint_like", "randperm", "as_tensor"}
_SWITCH = ".requires_grad_()"


def let_require_grad(document: Document, places: Sequence[Place]) -> Fix | None:
    """The tensors made by the calls at `places` require grad from the start."""
    fixes = [_let_one(document, place) for place in places]
    if len(fixes) == 1:
        return fixes[0]
    return combined(document, "Let all of them require grad", *fixes, safety=Safety.CHANGES_TRAINING)


def _let_one(document: Document, place: Place) -> Fix | None:
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    _, call = found
    written = next((keyword for keyword in call.keywords if keyword.arg == "requires_grad"), None)
    if written is None and _callee(document, call) not in _TAKE_REQUIRES_GRAD:
        return retitled(calls.append(document, place, _SWITCH), "Add `.requires_grad_()`")
    title = "Add `requires_grad=True`" if written is None else "Set `requires_grad=True`"
    return arguments.set_keyword(document, place, "requires_grad", "True", title=title)


def as_floats(document: Document, place: Place) -> Fix | None:
    """The integer tensor made by the call at `place` becomes one of floats."""
    found = expression_of(document, place, ast.Call)
    if found is None:
        return None
    _, call = found
    callee = _callee(document, call)
    if callee in _HOLD_LITERALS and not any(keyword.arg == "dtype" for keyword in call.keywords):
        fix = arguments.float_literals(document, place)
        if fix is not None:
            return fix
    if callee not in _TAKE_DTYPE:
        return retitled(calls.append(document, place, ".float()"), "Convert to floats: `.float()`")
    float32 = local_name(document, "torch.float32", place)
    return None if float32 is None else arguments.set_keyword(document, place, "dtype", float32)


def leaf_after(document: Document, factory: Place, op: Place) -> Fix | None:
    """The op at `op` is applied first, and its result becomes the leaf that the call at `factory` was meant to make.

    `torch.randn(3, requires_grad=True) * 0.1` -> `(torch.randn(3) * 0.1).requires_grad_()`, and
    `nn.Parameter(t).to(d)` -> `nn.Parameter(t.to(d))`.
    """
    made, outer = expression_of(document, factory, ast.Call), expression_of(document, op, ast.expr)
    if made is None or outer is None:
        return None
    spot, call = made
    if _callee(document, call) == "Parameter":
        return _parameter_around(spot, call, outer[0])
    if any(keyword.arg == "requires_grad" for keyword in call.keywords):
        dropped = arguments.drop_keyword(document, factory, "requires_grad")
    elif (switch := _switch_around(spot, outer[0])) is not None:
        dropped = calls.remove_tail(document, switch)
    else:
        return None
    appended = calls.append(document, op, _SWITCH)
    title = f"Call `{_SWITCH[1:]}` on the result instead"
    return combined(document, title, dropped, appended, safety=Safety.CHANGES_TRAINING)


def _switch_around(factory: Spot, op: Spot) -> Place | None:
    """The call of `requires_grad_()` between the call that makes a tensor and the op around it."""
    spot = factory
    while spot.found.parents and spot.node is not op.node:
        spot = spot.up()
        function = spot.node.func if isinstance(spot.node, ast.Call) and spot.node is not op.node else None
        if isinstance(function, ast.Attribute) and function.attr == "requires_grad_":
            return Place(spot.document.path, spot.range(spot.node))
    return None


def _parameter_around(spot: Spot, call: ast.Call, outer: Spot) -> Fix | None:
    """`Parameter(` and `)` move from around the data to around the whole expression."""
    if len(call.args) != 1 or call.keywords or isinstance(call.args[0], ast.Starred) or not spot.found.parents:
        return None
    data, whole = spot.range(call.args[0]), spot.range(call)
    inner = spot.text(call.args[0])
    if spot.needs_parentheses(call.args[0]):
        inner = f"({inner})"
    span = outer.range(outer.node)
    opening = f"{spot.text(call.func)}("
    changes: list[Change]
    if span.start == whole.start:
        changes = [(Range(whole.start, whole.end), f"{opening}{inner}")]
    else:
        changes = [(at(span.start), opening), (whole, inner)]
    changes.append((at(span.end), ")"))
    if not whole.contains(data):
        return None
    return build(spot.document, f"Make the result the `{opening[:-1]}`", Safety.CHANGES_TRAINING, changes)


def _callee(document: Document, call: ast.Call) -> str:
    """The last part of the name of what is called, as PyTorch calls it."""
    name = dotted(call.func)
    if name is None:
        return call.func.attr if isinstance(call.func, ast.Attribute) else ""
    first, _, rest = name.partition(".")
    return (rest or imported_as(document, first) or first).rpartition(".")[2]
