"""A reentrant checkpoint gets no tensor that requires grad, so the parameters inside it get no gradient.

## What happens
`checkpoint(..., use_reentrant=True)`, which is also what it does if nothing is said, looks only at the tensors among
its arguments. If none of them requires grad, the result does not either, whatever parameters the function inside uses:
PyTorch warns once, and these parameters are never trained. It shows with a frozen embedding or backbone in front.

## Example
```python
from torch.utils.checkpoint import checkpoint

embed, block, head = nn.Embedding(10, 4), nn.Linear(4, 4), nn.Linear(4, 1)
embed.requires_grad_(False)
optimizer = torch.optim.SGD([*block.parameters(), *head.parameters()], lr=0.1)
h = checkpoint(block, embed(torch.tensor([1, 2])), use_reentrant=True)
loss = head(h).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
```

## Instead
```python
from torch.utils.checkpoint import checkpoint

embed, block, head = nn.Embedding(10, 4), nn.Linear(4, 4), nn.Linear(4, 1)
embed.requires_grad_(False)
optimizer = torch.optim.SGD([*block.parameters(), *head.parameters()], lr=0.1)
h = checkpoint(block, embed(torch.tensor([1, 2])), use_reentrant=False)
loss = head(h).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
```

## When it is fine
With `use_reentrant=False`, or where an argument requires grad (`model.enable_input_require_grads()` of transformers).
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Cut
from gradsight.checks.blame import told
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments
from gradsight.text import Place

CHECK = Check(
    code="GS211",
    name="checkpoint-without-grad-input",
    severity=Severity.WARNING,
    message="No argument of `{cut}` requires grad, and a reentrant checkpoint looks only at those: {leaves} get no "
    "gradient from {call}, so {effect}. With `use_reentrant=False` they do.",
    page=__doc__,
    variants={
        "raises": "No argument of `{cut}` requires grad, and a reentrant checkpoint looks only at those: {root} has no "
        "history, and {call} raises. With `use_reentrant=False` it has one.",
    },
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Checkpoints that cost the parameters inside their gradients."""
    yield from told(CHECK, view, Cut.CHECKPOINT, _where, _fixes)


def _where(view: View, blame: Blame) -> Place:
    return view.place(blame.cut)


def _fixes(view: View, blame: Blame, place: Place) -> list[Fix]:
    fix = arguments.set_keyword(view.documents[place.path], place, "use_reentrant", "False")
    return [fix] if fix is not None else []
