"""A tensor on the way to the loss becomes a NumPy array, and its history is lost.

## What happens
`t.detach().numpy()`, `np.asarray(t)` and the functions of NumPy give arrays. An array has no history, and what is made
of it again with `torch.from_numpy` or `torch.tensor` starts without one. Nothing raises there. Leaves that reach the
loss only through the array get no gradient; a part of the loss that was computed with NumPy is a constant that is
printed and changes nothing; and if nothing else is left, `backward()` raises *element 0 of tensors does not require
grad*.

## Example
```python
scale = torch.tensor([0.5, 2.0], requires_grad=True)
shift = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.SGD([scale, shift], lr=0.1)
curve = torch.from_numpy(np.tanh(scale.detach().numpy()))
loss = (curve + shift).pow(2).sum()
loss.backward()
optimizer.step()
```

## Instead
```python
scale = torch.tensor([0.5, 2.0], requires_grad=True)
shift = torch.zeros(2, requires_grad=True)
optimizer = torch.optim.SGD([scale, shift], lr=0.1)
curve = torch.tanh(scale)
loss = (curve + shift).pow(2).sum()
loss.backward()
optimizer.step()
```

## When it is fine
Arrays for plots, metrics, files and libraries that know nothing of PyTorch, rewards and targets that were computed
outside, and matchings or indices that only select. None of these is reported, because whoever waits for a gradient
gets it on another way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Cut
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls, combined
from gradsight.text import Place

CHECK = Check(
    code="GS205",
    name="graph-cut-by-numpy",
    severity=Severity.WARNING,
    message="`{cut}` is made of an array, which has no history: {call} runs, but no gradient reaches {leaves}, so "
    "{effect}.",
    variants={
        "raises": "`{cut}` is made of an array, which has no history, so nothing behind {root} requires grad and "
        "{call} raises.",
        "term": "`{cut}` is made of an array, which has no history, so {term} is a constant to {call}: this part of "
        "{root} changes no parameter.",
    },
    page=__doc__,
)

_SAME_NAME = (
    "abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctan2", "arctanh", "cos", "cosh", "cumprod",
    "cumsum", "diff", "einsum", "exp", "exp2", "expm1", "hypot", "log", "log10", "log1p", "log2", "logaddexp",
    "matmul", "maximum", "mean", "minimum", "prod", "sin", "sinc", "sinh", "sqrt", "square", "sum", "tan", "tanh",
    "where",
)  # fmt: skip
_IN_TORCH = {name: f"torch.{name}" for name in _SAME_NAME} | {"absolute": "torch.abs", "power": "torch.pow"}


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The arrays that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.NUMPY, lambda view, found: view.place(found.cut), fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """The function of torch for the one of NumPy, without the conversions around it."""
    document, call = view.documents[place.path], view.found(place)
    if call is None or not isinstance(call.node, ast.Call) or len(call.node.args) != 1 or call.node.keywords:
        return []
    back = call.text(call.node.func).endswith(("from_numpy", "as_tensor", "torch.tensor"))
    inner = call.node.args[0] if back else call.node
    if not isinstance(inner, ast.Call) or len(inner.args) != 1 or inner.keywords:
        return []
    name = inner.func.attr if isinstance(inner.func, ast.Attribute) else ""
    if name not in _IN_TORCH:
        return []
    within = Place(place.path, call.range_of(inner))
    argument = Place(place.path, call.range_of(inner.args[0]))
    edits = [calls.replace_callee(document, within, _IN_TORCH[name])]
    if back:
        edits.append(calls.unwrap_call(document, place))
    fix = combined(document, f"Compute it with `{_IN_TORCH[name]}`", *edits, *_tails(view, argument))
    return [] if fix is None else [fix]


def _tails(view: View, place: Place) -> Iterator[Fix | None]:
    """Takes `.detach()`, `.cpu()` and `.numpy()` away from the argument."""
    document, found = view.documents[place.path], view.found(place)
    node = found.node if found is not None else None
    while found is not None and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr not in ("detach", "cpu", "numpy") or node.args or node.keywords:
            return
        yield calls.remove_tail(document, Place(place.path, found.range_of(node)))
        node = node.func.value
