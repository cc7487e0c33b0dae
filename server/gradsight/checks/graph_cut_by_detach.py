"""`.detach()` or `.data` stands between a loss and the leaf that waits for its gradient.

## What happens
`t.detach()` and `t.data` give a tensor with the same values and without the history of `t`. Nothing raises there. If
the loss has no other way to a leaf that requires grad, `backward()` raises *element 0 of tensors does not require
grad and does not have a grad_fn*. If it has another way, `backward()` succeeds, and the leaves behind the cut keep
the gradient None: their optimizer steps and changes nothing.

## Example
```python
encoder, head = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
features = encoder(torch.randn(5, 4)).detach()
loss = head(features).pow(2).mean()
loss.backward()
optimizer.step()
```

## Instead
```python
encoder, head = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
features = encoder(torch.randn(5, 4))
loss = head(features).pow(2).mean()
loss.backward()
optimizer.step()
```

## When it is fine
Where the gradient is meant to stop: targets, advantages, the generator's output while the critic trains, the state
carried to the next step of a recurrent net, straight-through estimators, values on their way to a log or a plot. None
of these is reported, because whoever waits for a gradient there gets it on another way.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Cut
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS203",
    name="graph-cut-by-detach",
    severity=Severity.WARNING,
    message="`{cut}` drops the history of {value}: {call} runs, but no gradient reaches {leaves}, so {effect}.",
    variants={
        "raises": "`{cut}` drops the history of {value}, so nothing behind {root} requires grad and {call} raises.",
        "term": "`{cut}` drops the history of {value}, so {term} is a constant to {call}: this part "
        "of {root} changes no parameter.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The cuts by detach that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.DETACH, blame.tail, fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """Take the `.detach()` away, or unwrap `torch.detach(t)`."""
    document, whole = view.documents[place.path], view.place(found.cut)
    fix = calls.unwrap_call(document, place) if whole == place else calls.remove_tail(document, whole)
    return [] if fix is None else [fix]
