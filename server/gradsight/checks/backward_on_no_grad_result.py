"""The loss was computed while grad mode was off, so `backward()` on it raises.

## What happens
Under `torch.no_grad()`, `torch.inference_mode()` and after `torch.set_grad_enabled(False)` PyTorch records nothing:
results do not require grad, whatever they are computed from. `backward()` on such a result raises *element 0 of
tensors does not require grad and does not have a grad_fn*. The scope may be a block, a decorator of the function that
was called, or a switch that was left off.

## Example
```python
model = nn.Linear(3, 1)
with torch.no_grad():
    loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
```

## Instead
```python
model = nn.Linear(3, 1)
loss = model(torch.randn(5, 3)).pow(2).mean()
loss.backward()
```

## When it is fine
For evaluation, for targets, for updates by hand and for moving averages, whose results nobody calls `backward()` on.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import ScopeForm
from gradsight.checks.blame import related
from gradsight.checks.define import Check
from gradsight.checks.grad_scope import fixes, header, scope_of
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Severity
from gradsight.text import Place

CHECK = Check(
    code="GS201",
    name="backward-on-no-grad-result",
    severity=Severity.ERROR,
    message="{root} is computed under `{scope}`, where no history is recorded: it does not require grad, and {call} "
    "raises.",
    variants={
        "switch": "`{scope}` is still in force where {root} is computed, so no history is recorded: it does not "
        "require grad, and {call} raises.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The scopes in which the root of a backward lost its history."""
    told: set[Place] = set()
    for blame in view.blames:
        scope = scope_of(view, blame)
        if scope is None or not blame.raises or view.expects_error(blame.call):
            continue
        if (place := header(view, scope)) in told:
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            view.trace,
            blame.cut,
            blame.call,
            variant="switch" if scope.form is ScopeForm.CALL else None,
            related=related(view, blame, (blame.cut, "computed here without history")),
            fixes=fixes(view, blame, scope),
            root=name_of(view, blame.call.roots[0]),
            scope=source(view, scope),
            call=f"`{source(view, blame.call)}`",
        )
