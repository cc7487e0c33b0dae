"""Parameters that the loss goes through are held by no optimizer, while others of the same loss are.

## What happens
`backward()` gives every parameter on its way a gradient, but `step()` changes only what the optimizer was built with.
A sub-module whose parameters were not handed to any optimizer keeps its random start values for the whole training,
and nothing is said about it. The same goes for an optimizer that was given another model.

## Example
```python
import torch
from torch import nn

encoder, decoder = nn.Linear(8, 2), nn.Linear(2, 8)
optimizer = torch.optim.Adam(encoder.parameters())
x = torch.randn(16, 8)
for _ in range(3):
    loss = (decoder(encoder(x)) - x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## Instead
```python
import torch
from torch import nn

encoder, decoder = nn.Linear(8, 2), nn.Linear(2, 8)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()])
x = torch.randn(16, 8)
for _ in range(3):
    loss = (decoder(encoder(x)) - x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
```

## When it is fine
A network that is meant to stay as it is: say so with `requires_grad_(False)`, which also saves the work of computing
gradients for it. Nothing is reported for networks in `eval()` mode, with loaded weights, or below a head that is
trained alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gradsight.autograd.events import OptimizerBuilt
from gradsight.autograd.module_events import ParametersListed
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import owners, source
from gradsight.finding import Finding, Related, Severity

CHECK = Check(
    code="GS505",
    name="parameters-in-no-optimizer",
    severity=Severity.WARNING,
    message="No optimizer holds the parameters of {missing}, though `{call}` gives them gradients: `{built}` holds "
    "those of {held}, and only these are ever changed.",
    variants={
        "other": "`{built}` holds the parameters of {held}, but `{call}` gives gradients to those of {missing} alone: "
        "no optimizer holds them, and they never change.",
    },
    page=__doc__,
    probe=False,
)

_CHOSEN = re.compile(r"named_parameters\(|requires_grad|filter\(")
"""What a function looks like that chooses among the parameters of a model."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Trained parameters that no step ever changes."""
    for unheld in view.unheld:
        if unheld.change is not None or is_chosen(view, unheld.built):
            continue
        if is_sorted_out(view, unheld.built, unheld.parameters):
            continue
        held = [value for value in unheld.built.parameters or () if value.is_parameter]
        yield CHECK.finding(
            view.place(unheld.built),
            view.trace,
            unheld.built,
            unheld.call,
            variant="other" if unheld.alone else None,
            related=[
                *_made(view, unheld.parameters),
                view.related(unheld.call, "gives them gradients"),
                view.related(unheld.step, "does not change them"),
            ],
            missing=owners(view, unheld.parameters),
            call=source(view, unheld.call),
            built=source(view, unheld.built),
            held=owners(view, held),
        )


def is_chosen(view: View, built: OptimizerBuilt) -> bool:
    """Whether the function around chooses what the optimizer gets, rather than having forgotten the rest."""
    place = view.place(built)
    found = view.documents[place.path].find(place.range)
    if found is None:
        return False
    functions = [around for around in found.around() if hasattr(around.node, "args") and hasattr(around.node, "body")]
    text = functions[0].text() if functions else found.text(found.statement)
    return _CHOSEN.search(text) is not None


def is_sorted_out(view: View, built: OptimizerBuilt, missing: Iterable[Value]) -> bool:
    """Whether a function went through the parameters by name before, the missing ones too, and left them out."""
    numbers = {value.id for value in missing}
    return any(
        event.method == "named_parameters" and event.calls and event.id < built.id and numbers & {*event.parameters}
        for event in view.trace.each(ParametersListed)
    )


def _made(view: View, values: Iterable[Value]) -> list[Related]:
    makers = [view.trace.maker(value) for value in values]
    places = {view.place(maker): maker for maker in makers if maker is not None}
    return [view.related(maker, "made here") for maker in list(places.values())[:3]]
