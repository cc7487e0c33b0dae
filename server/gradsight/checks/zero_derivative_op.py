"""Every way from trained parameters to the loss, or to a part of it, leads through an op whose derivative is zero.

## What happens
`round`, `floor`, `ceil`, `trunc` and `sign` are flat between their steps, and a sample of `torch.normal(mean, std)`,
`torch.bernoulli(p)` or `torch.poisson(rate)` is not told how it depends on its parameters. PyTorch gives all of them
the derivative 0: the result requires grad, `backward()` succeeds, and what lies behind gets a gradient of exact
zeros. Nothing there is trained, or only by weight decay.

## Example
```python
encoder, head = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
code = torch.round(encoder(torch.randn(5, 4)))
loss = head(code).pow(2).mean()
loss.backward()
optimizer.step()
```

## Instead
```python
encoder, head = nn.Linear(4, 3), nn.Linear(3, 1)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
latent = encoder(torch.randn(5, 4))
code = latent + (torch.round(latent) - latent).detach()
loss = head(code).pow(2).mean()
loss.backward()
optimizer.step()
```

## When it is fine
In targets and masks, in quantisation with a straight-through gradient, in actions whose log-probability is trained,
and wherever the same parameters get their gradient on another way. None of these is reported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, Cut
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import op_name
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls, local_name
from gradsight.text import Place

CHECK = Check(
    code="GS701",
    name="zero-derivative-op",
    severity=Severity.WARNING,
    message="The derivative of `{cut}` is zero everywhere: {call} runs, but the gradient of {leaves} is exactly zero, "
    "so {effect}.",
    variants={
        "term": "The derivative of `{cut}` is zero everywhere, so {term} is a constant to {call}: this part of {root} "
        "changes no parameter.",
        "sample": "`{cut}` gives its mean and standard deviation a gradient of exact zeros: {call} runs, but nothing "
        "reaches {leaves}, so {effect}.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The flat ops that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.ZERO, lambda view, found: view.place(found.cut), fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """`mean + std * torch.randn_like(std)` for a sample of `torch.normal(mean, std)`."""
    call = view.found(place)
    if not isinstance(found.cut, Applied) or op_name(found.cut) != "normal" or call is None:
        return []
    document, node = view.documents[place.path], call.node
    match node:
        case ast.Call(args=[mean, std], keywords=[]) if len(found.cut.inputs) == 2:
            spread, noise = call.text(std), local_name(document, "torch.randn_like", place)
        case _:
            return []
    if noise is None or not isinstance(mean, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        return []
    if not isinstance(std, ast.Name | ast.Attribute | ast.Call | ast.Subscript):
        spread = f"({spread})"
    text = f"{call.text(mean)} + {spread} * {noise}({spread.strip('()') if spread.startswith('(') else spread})"
    fix = calls.replace(document, place, text, title="Draw it as mean + standard deviation * noise")
    return [] if fix is None else [fix]
