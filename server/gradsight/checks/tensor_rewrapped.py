"""A tensor is copied into a new one, and its history is lost.

## What happens
`torch.tensor(t)`, `torch.Tensor([t, ...])`, `torch.as_tensor(t.item())` and `Variable(t)` copy values and know
nothing of how they were computed. `nn.Parameter(t)` starts a new leaf: `backward()` fills the gradient of the copy,
and nothing behind `t` gets one. PyTorch says nothing, or only warns about the copy. If the loss has no other way to a
leaf that requires grad, `backward()` raises *element 0 of tensors does not require grad*.

## Example
```python
w = torch.tensor([1.0, 2.0], requires_grad=True)
losses = [(w * k).sum() for k in range(3)]
loss = torch.tensor(losses).mean()
loss.backward()
```

## Instead
```python
w = torch.tensor([1.0, 2.0], requires_grad=True)
losses = [(w * k).sum() for k in range(3)]
loss = torch.stack(losses).mean()
loss.backward()
```

## When it is fine
For data, for constants, and for a new leaf that starts from old values on purpose (`nn.Parameter(t.detach())`):
nothing is reported where nobody waits for a gradient behind the copy.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Created, Cut
from gradsight.checks import blame
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import arguments, calls, combined
from gradsight.text import Place

CHECK = Check(
    code="GS206",
    name="tensor-rewrapped",
    severity=Severity.WARNING,
    message="`{cut}` copies {value} without the history: {call} runs, but no gradient reaches {leaves}, so {effect}.",
    variants={
        "raises": "`{cut}` copies {value} without the history, so nothing behind {root} requires grad and {call} "
        "raises.",
        "term": "`{cut}` copies {value} without the history, so {term} is a constant to {call}: this part "
        "of {root} changes no parameter.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The copies that cost a gradient."""
    yield from blame.told(CHECK, view, Cut.REWRAP, lambda view, found: view.place(found.cut), fixes)


def fixes(view: View, found: Blame, place: Place) -> list[Fix]:
    """The tensor itself, or `torch.stack` of several; numbers on the way become tensors again."""
    document = view.documents[place.path]
    node = view.node(place)
    if not isinstance(node, ast.Call) or len(node.args) != 1 or not isinstance(found.cut, Created):
        return []
    if holds_several(found.cut, node.args[0]):
        title = "Stack the tensors with their history"
        given = [keyword.arg for keyword in node.keywords if keyword.arg is not None]
        edits = [calls.replace_callee(document, place, "torch.stack")]
        edits += [arguments.drop_keyword(document, place, name) for name in given]
    else:
        title = "Use the tensor itself, with its history"
        edits = [calls.unwrap_call(document, place, dropping=blame.COPYING)]
    fix = combined(document, title, *edits, *blame.undone(view, found))
    return [] if fix is None else [fix]


def holds_several(copy: Created, argument: ast.expr) -> bool:
    """Whether the argument is a list of tensors (or of numbers that were tensors), not one tensor."""
    if isinstance(argument, ast.List | ast.Tuple | ast.ListComp):
        return True
    return len(copy.inputs) > 1 or (isinstance(argument, ast.Name) and copy.inputs[0].name != argument.id)
