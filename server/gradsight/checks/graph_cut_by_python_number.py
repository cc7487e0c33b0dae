"""A tensor on the way to the loss becomes a Python number, and its history is lost.

## What happens
`t.item()`, `t.tolist()`, `float(t)`, `int(t)` and the functions of `math` give plain Python numbers. A number has no
history: whatever is computed from it does not know of `t`. Nothing raises there. Leaves that reach the loss only
through the number get no gradient; if that is all of them, `backward()` raises *element 0 of tensors does not require
grad*.

## Example
```python
decay = torch.tensor(0.3, requires_grad=True)
level = torch.tensor(2.0, requires_grad=True)
optimizer = torch.optim.SGD([decay, level], lr=0.1)
loss = (level * math.exp(-decay) - 1.0) ** 2
loss.backward()
optimizer.step()
```

## Instead
```python
decay = torch.tensor(0.3, requires_grad=True)
level = torch.tensor(2.0, requires_grad=True)
optimizer = torch.optim.SGD([decay, level], lr=0.1)
loss = (level * torch.exp(-decay) - 1.0) ** 2
loss.backward()
optimizer.step()
```

## When it is fine
Numbers for printing, logging, early stopping and learning rates, and weights between losses that are not meant to be
trained. None of these is reported, because whoever waits for a gradient there gets it on another way.
"""

from __future__ import annotations

import ast
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
    code="GS204",
    name="graph-cut-by-python-number",
    severity=Severity.WARNING,
    message="`{cut}` makes a Python number of {value}, which has no history: {call} runs, but no gradient reaches "
    "{leaves}, so {effect}.",
    variants={
        "raises": "`{cut}` makes a Python number of {value}, which has no history, so nothing behind {root} requires "
        "grad and {call} raises.",
        "term": "`{cut}` makes a Python number of {value}, which has no history, so {term} is a constant to {call}: "
        "this part of {root} changes no parameter.",
    },
    page=__doc__,
)

_SAME_NAME = (
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cos", "cosh", "erf", "erfc", "exp", "expm1", "hypot",
    "lgamma", "log", "log10", "log1p", "log2", "pow", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
_IN_TORCH = {name: f"torch.{name}" for name in _SAME_NAME} | {"fabs": "torch.abs"}


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The numbers that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.NUMBER, blame.tail, fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """The torch function in place of the one of `math`, or the tensor itself."""
    document, whole = view.documents[place.path], view.place(found.cut)
    node = view.node(place)
    if place != whole:
        fix = calls.remove_tail(document, whole)
    elif not isinstance(node, ast.Call):
        fix = None
    else:
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in _IN_TORCH:
            fix = calls.replace_callee(document, place, _IN_TORCH[function])
        elif function == "float" and len(node.args) == 1:
            fix = calls.unwrap_call(document, place)
        else:
            fix = None
    return [] if fix is None else [fix]
