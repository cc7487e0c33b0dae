"""A gradient goes into a loss, but it does not know how it was computed.

## What happens
`torch.autograd.grad` gives plain numbers unless `create_graph=True` is passed: a gradient penalty, the residual of a
differential equation or the second derivative is then a constant. Where nothing else in the loss requires grad, PyTorch
raises *element 0 of tensors does not require grad*; where something does, training runs and that part of the loss
changes no parameter.

## Example
```python
critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(critic.parameters())
x = torch.randn(6, 2, requires_grad=True)
score = critic(x)
(slope,) = torch.autograd.grad(score.sum(), x, retain_graph=True)
loss = score.mean() + (slope.norm(dim=1) - 1).pow(2).mean()
loss.backward()
optimizer.step()
```

## Instead
```python
critic = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(critic.parameters())
x = torch.randn(6, 2, requires_grad=True)
score = critic(x)
(slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
loss = score.mean() + (slope.norm(dim=1) - 1).pow(2).mean()
loss.backward()
optimizer.step()
```

## When it is fine
If the gradient is a step, a weight or a number for the log: then it is no part of the loss to be differentiated.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import BackwardCalled, Cut
from gradsight.autograd.residuals import residuals
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, root_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments
from gradsight.text import Place

CHECK = Check(
    code="GS407",
    name="create-graph-missing",
    severity=Severity.WARNING,
    message="`{cut}` gives a gradient without history: {call} runs, but no gradient reaches {leaves}, so {effect}. "
    "Pass `create_graph=True`.",
    variants={
        "raises": "`{cut}` gives a gradient without history, so nothing behind {root} requires grad and {call} raises. "
        "Pass `create_graph=True`.",
        "term": "`{cut}` gives a gradient without history, so {term} is a constant to {call}: this part of {root} "
        "changes no parameter. Pass `create_graph=True`.",
        "residual": "`{cut}` gives a gradient without history, so {call} takes it for a constant in {root}: what it "
        "was computed from is trained by the other parts only. Pass `create_graph=True`.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Gradients of first order in a loss."""
    told: set[Place] = set()
    for finding in blame.told(CHECK, view, Cut.FIRST_ORDER, whole, fixes):
        told.add(finding.place)
        yield finding
    for residual in residuals(view.trace, view.backwards, view.training, view.origins):
        place = view.place(residual.gradient)
        if place in told or view.expects_error(residual.call):
            continue
        told.add(place)
        yield CHECK.finding(
            place, view.trace, residual.gradient, residual.call, variant="residual",
            related=[
                view.related(residual.sum, "the gradient goes in here"),
                view.related(residual.call, "gives no gradient to what it was computed from"),
            ],
            fixes=kept(view, place), cut=source(view, place), call=f"`{source(view, residual.call)}`",
            root=root_of(view, residual.call) if residual.call.roots else name_of(view, residual.call.roots[0]),
        )  # fmt: skip


def is_first_order(view: View, call: BackwardCalled) -> bool:
    """Whether this call of `autograd.grad` is to blame for a gradient without history."""
    if any(found.kind is Cut.FIRST_ORDER and found.cut.site == call.site for found in view.blames):
        return True
    found = residuals(view.trace, view.backwards, view.training, view.origins)
    return any(residual.gradient.site == call.site for residual in found)


def whole(view: View, found: Blame) -> Place:
    """The call of `autograd.grad`."""
    return view.place(found.cut)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """`create_graph=True` for the call."""
    return kept(view, place)


def kept(view: View, place: Place) -> list[Fix]:
    """The call with `create_graph=True`."""
    fix = arguments.set_keyword(view.documents[place.path], place, "create_graph", "True")
    return [] if fix is None else [fix]
