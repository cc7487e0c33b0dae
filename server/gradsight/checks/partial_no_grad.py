"""A part of what the loss needs was computed while grad mode was off, so whoever is trained there gets no gradient.

## What happens
Under `torch.no_grad()`, `torch.inference_mode()` and after `torch.set_grad_enabled(False)` results do not require
grad. The rest of the loss has a history, so `backward()` succeeds; but the leaves whose only way to the loss leads
through the scope keep the gradient None, and the optimizer that holds them changes nothing. Where a whole part of the
loss is computed there, that part is a constant.

## Example
```python
encoder, head = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
with torch.no_grad():
    features = encoder(torch.randn(5, 4))
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
For evaluation, for targets, for teachers and frozen backbones whose parameters no optimizer holds, for moving averages
and updates by hand, and where the same parameters get their gradient in another pass.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Cut
from gradsight.checks import blame, grad_scope
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.text import Place

CHECK = Check(
    code="GS202",
    name="partial-no-grad",
    severity=Severity.WARNING,
    message="{result} is computed under `{cut}` without history: {call} runs, but no gradient reaches {leaves}, so "
    "{effect}.",
    variants={
        "term": "{term} is computed without history under `{cut}`, so it is a constant to {call}: this part of {root} "
        "changes no parameter.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The scopes that keep a gradient from somebody while the rest of the loss trains."""
    yield from blame.told(CHECK, view, Cut.GRAD_MODE, where, fixes)


def where(view: View, found: Blame) -> Place | None:
    """The header of the scope."""
    scope = grad_scope.scope_of(view, found)
    return None if scope is None else grad_scope.header(view, scope)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """Move out of the block what the loss needs; take the decorator or the switch away."""
    scope = grad_scope.scope_of(view, found)
    return [] if scope is None else grad_scope.fixes(view, found, scope)
