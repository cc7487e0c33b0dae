"""A layer is made inside `forward`: it starts with new random weights in every call and is never trained.

## What happens
`nn.Linear(...)` inside `forward` makes a new layer each time the model is called. Its parameters belong to no module
and to no optimizer; `backward()` gives them gradients, and then they are thrown away. What the model computes changes
from call to call, also in `eval()` mode.

## Example
```python
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)

    def forward(self, x):
        x = torch.relu(self.body(x))
        return nn.Linear(8, 1)(x)
```

## Instead
```python
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(8, 8)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        x = torch.relu(self.body(x))
        return self.head(x)
```

## When it is fine
Modules without parameters (`nn.ReLU()`, `nn.Softmax(dim=-1)`, losses, pooling) may be made anywhere, and a layer that
is made once, at the first call, and kept.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.module_events import ModuleBuilt
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Severity
from gradsight.syntax.found import Found

CHECK = Check(
    code="GS510",
    name="module-created-in-forward",
    severity=Severity.WARNING,
    message="`{module}` makes a new layer with new random weights in every call of `forward`: no optimizer holds them, "
    "so they are never trained.",
    page=__doc__,
    probe=False,
)

_SOMETIMES = (ast.If, ast.IfExp, ast.Try, ast.BoolOp, ast.Match, ast.While)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Layers with parameters that every call makes anew."""
    for built, use in view.wiring.remade():
        if is_conditional(view, built):
            continue
        yield CHECK.finding(
            view.place(built), view.trace, built, related=[view.related(use, "computes with them")],
            module=source(view, built),
        )  # fmt: skip


def is_conditional(view: View, built: ModuleBuilt) -> bool:
    """Whether something decides on the way from `forward` whether to make the layer: it may be made only once."""
    for site in (built.site, *reversed(built.calls)):
        found = view.documents[site.path].find(view.place(site).range)
        for around in found.around() if found is not None else ():
            if isinstance(around.node, _SOMETIMES):
                return True
            if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef):
                if _leaves_early(around.node, found):
                    return True
                if around.node.name == "forward":
                    return False
                break
    return False


def _leaves_early(function: ast.FunctionDef | ast.AsyncFunctionDef, found: Found | None) -> bool:
    """Whether a `return` under a condition stands before the place: what was made once may be given back from there."""
    line = getattr(found.node, "lineno", 0) if found is not None else 0
    return any(
        isinstance(inner, ast.Return) and inner.lineno < line
        for statement in function.body
        if isinstance(statement, _SOMETIMES)
        for inner in ast.walk(statement)
    )
