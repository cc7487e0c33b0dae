"""An op without a derivative stands between trained parameters and the loss.

## What happens
Indices (`argmax`, `argsort`), comparisons, casts to integers or bools, counts (`bincount`, `histc`, `one_hot`) and
samples (`multinomial`, `Distribution.sample()`) are steps: a small change of the input changes nothing, or something
at random. Their results do not require grad. Leaves that reach the loss only through them get no gradient, and if
nothing else is left, `backward()` raises *element 0 of tensors does not require grad*. `rsample()` draws so that the
gradient goes through to the parameters of a distribution; a softmax, a sigmoid or a soft count stands in for a
decision that is to be trained.

## Example
```python
mean = nn.Linear(4, 2)
head = nn.Linear(2, 1)
optimizer = torch.optim.SGD([*mean.parameters(), *head.parameters()], lr=0.1)
code = torch.distributions.Normal(mean(torch.randn(5, 4)), 1.0).sample()
loss = head(code).pow(2).mean()
loss.backward()
optimizer.step()
```

## Instead
```python
mean = nn.Linear(4, 2)
head = nn.Linear(2, 1)
optimizer = torch.optim.SGD([*mean.parameters(), *head.parameters()], lr=0.1)
code = torch.distributions.Normal(mean(torch.randn(5, 4)), 1.0).rsample()
loss = head(code).pow(2).mean()
loss.backward()
optimizer.step()
```

## When it is fine
For accuracy, for predictions that are shown, for masks and indices that select from what has a history, for actions
whose log-probability is trained, for hard decisions with a straight-through gradient. None of these is reported,
because whoever waits for a gradient there gets it on another way.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, Cut
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS207",
    name="non-differentiable-op",
    severity=Severity.WARNING,
    message="No gradient passes through `{cut}`, so its result has no history: {call} runs, but no gradient reaches "
    "{leaves}, so {effect}.",
    variants={
        "raises": "No gradient passes through `{cut}`, so its result has no history: nothing behind {root} requires "
        "grad, and {call} raises.",
        "term": "No gradient passes through `{cut}`, so {term} is a constant to {call}: this part of {root} changes no "
        "parameter.",
    },
    page=__doc__,
)

_DISCRETE = frozenset(
    ["Bernoulli", "Binomial", "Categorical", "Geometric", "MixtureSameFamily", "Multinomial", "NegativeBinomial",
     "OneHotCategorical", "Poisson", "bernoulli", "binomial", "multinomial", "poisson"]
)  # fmt: skip
"""Distributions that cannot be reparametrised, and the ops that draw from them."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The steps that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.NOT_DIFFERENTIABLE, lambda view, found: view.place(found.cut), fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """`rsample()` for `sample()`, where the distribution has it."""
    node = view.node(place)
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr != "sample":
        return []
    if not isinstance(found.cut, Applied) or not _DISCRETE.isdisjoint(found.cut.op.split(".")):
        return []
    title = "Draw with `rsample()`, which lets the gradient through"
    fix = calls.rename_attribute(view.documents[place.path], place, "rsample", title=title)
    return [] if fix is None else [fix]
