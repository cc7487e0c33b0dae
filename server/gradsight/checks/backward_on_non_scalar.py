"""`backward()` is called on a tensor of more than one element, without saying which gradient to start from.

## What happens
A gradient is that of one number. For a tensor with exactly one element PyTorch starts from 1; for any other it cannot
know how the elements are to be weighed and raises: *grad can be implicitly created only for scalar outputs*.
`torch.autograd.grad` does the same.

## Example
```python
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * x
y.backward()
```

## Instead
```python
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * x
y.sum().backward()
```
`y.mean().backward()` and `y.backward(gradient=torch.ones_like(y))` are other answers; the last equals the sum.

## When it is fine
With a `gradient` of the same shape, and on tensors of one element, whatever their shape.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.events import Applied, BackwardCalled
from gradsight.autograd.values import Shape, Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments, calls
from gradsight.repair.build import retitled
from gradsight.repair.names import local_name
from gradsight.repair.spot import dotted
from gradsight.text import Place

CHECK = Check(
    code="GS401",
    name="backward-on-non-scalar",
    severity=Severity.ERROR,
    message="{root} has {many}: `{call}` raises, because without `{keyword}` PyTorch starts only from tensors of "
    "exactly one element.",
    page=__doc__,
)

_RAISED = "only for scalar outputs"


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Calls that do not say where to start from."""
    for call in view.trace.each(BackwardCalled):
        if call.gradient_given is not False:
            continue
        if view.trace.observed and _RAISED not in (call.raised or ""):
            continue
        root = next((root for root in call.roots if is_no_scalar(root.shape)), None)
        if root is None or view.expects_error(call):
            continue
        maker = view.trace.maker(root)
        yield CHECK.finding(
            view.place(call), view.trace, call,
            related=[view.related(maker, f"{name_of(view, root)} is computed here")] if maker is not None else [],
            fixes=_fixes(view, call, root), root=name_of(view, root), many=_many(root), call=source(view, call),
            keyword="gradient=" if call.api == "backward" else "grad_outputs=",
        )  # fmt: skip


def is_no_scalar(shape: Shape) -> bool:
    """Whether a tensor of this shape has not exactly one element, whatever its unknown sizes are."""
    return shape is not None and any(size is not None and size != 1 for size in shape)


def _many(root: Value) -> str:
    shape = root.shape or ()
    sizes = ", ".join("?" if size is None else str(size) for size in shape) + ("," if len(shape) == 1 else "")
    count = f"{root.elements} elements" if root.elements is not None else "more than one element"
    return f"{count} (shape ({sizes}))"


def _fixes(view: View, call: BackwardCalled, root: Value) -> Iterator[Fix]:
    """Reduce to one number: to the mean what is a loss by sample, else to the sum; or weigh all elements by one."""
    place = view.place(call)
    document = view.documents[place.path]
    found = view.found(place)
    if found is None or not isinstance(found.node, ast.Call) or len(call.roots) != 1:
        return
    argument = _given_root(found.node)
    reductions = ["sum", "mean"] if not _is_loss(view, root) else ["mean", "sum"]
    for reduction in reductions if call.api == "backward" else ():
        tail = f".{reduction}()"
        if argument is None:
            fix = calls.insert_before_tail(document, place, tail)
        else:
            fix = calls.append(document, Place(place.path, found.range_of(argument)), tail)
        if (fix := retitled(fix, f"Take the {reduction} first: `{tail}`")) is not None:
            yield fix
    weights = _weights(view, call, place, argument if argument is not None else _receiver(found.node))
    if weights is not None:
        yield weights


def _given_root(call: ast.Call) -> ast.expr | None:
    """The root where it is an argument: `torch.autograd.backward(z)`, `grad(z, x)`; None for a method's receiver."""
    name = dotted(call.func) or ""
    if isinstance(call.func, ast.Attribute) and call.func.attr == "backward" and not name.endswith("autograd.backward"):
        return None
    named = (word.value for word in call.keywords if word.arg in ("outputs", "tensors"))
    return call.args[0] if call.args else next(named, None)


def _receiver(call: ast.Call) -> ast.expr | None:
    return call.func.value if isinstance(call.func, ast.Attribute) else None


def _weights(view: View, call: BackwardCalled, place: Place, root: ast.expr | None) -> Fix | None:
    """`gradient=torch.ones_like(z)`, where the root is short to say."""
    document = view.documents[place.path]
    name, ones_like = dotted(root) if root is not None else None, local_name(document, "torch.ones_like", place)
    if name is None or ones_like is None:
        return None
    found = view.found(place)
    is_method = found is not None and isinstance(found.node, ast.Call) and _given_root(found.node) is None
    keyword = "gradient" if is_method else "grad_tensors" if call.api == "backward" else "grad_outputs"
    return arguments.set_keyword(document, place, keyword, f"{ones_like}({name})")


def _is_loss(view: View, root: Value) -> bool:
    """Whether the root says that it is a loss: by its name, or because a loss function made it."""
    maker = view.trace.maker(root)
    words = [root.name or "", maker.op if isinstance(maker, Applied) else ""]
    return any("loss" in word.lower() or "entropy" in word for word in words)
