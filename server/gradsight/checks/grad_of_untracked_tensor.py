"""`.grad` is read from a tensor that never required grad.

## What happens
`backward()` fills `.grad` only of leaves that require grad. Others may take part in the computation, as data or as
constants; their `.grad` stays None, without an error.

## Example
```python
x = torch.ones(3, requires_grad=True)
w = torch.ones(3)
(x * w).sum().backward()
print(w.grad)
```

## Instead
```python
x = torch.ones(3, requires_grad=True)
w = torch.ones(3, requires_grad=True)
(x * w).sum().backward()
print(w.grad)
```

## When it is fine
Asking `if p.grad is not None:`, and parameters that were frozen on purpose.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.events import Created, GradRead
from gradsight.autograd.leaves import ever_tracked
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import receiver_of, source
from gradsight.finding import Finding, Severity
from gradsight.repair import creation
from gradsight.syntax.uses import Use, use_of

CHECK = Check(
    code="GS412",
    name="grad-of-untracked-tensor",
    severity=Severity.INFORMATION,
    message="`{read}` is None: {name} is made without `requires_grad=True`, so no backward gives it a gradient.",
    variants={
        "said": "`{read}` is None: {name} is made with `requires_grad=False`, so no backward gives it a gradient.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Reads of a gradient that nobody computes."""
    for read in view.trace.each(GradRead):
        value = read.value
        if value.requires_grad is not False or value.is_leaf is False or read.has_grad is not False:
            continue
        made = view.trace.maker(value)
        if not isinstance(made, Created) or made.cut is not None or ever_tracked(view.trace, value):
            continue
        found = view.found(read)
        if found is None or use_of(found) is Use.GUARDED or view.expects_error(read):
            continue
        place = view.place(made)
        fix = creation.let_require_grad(view.documents[place.path], [place])
        yield CHECK.finding(
            view.place(read), view.trace, made, read, variant="said" if made.explicit is False else None,
            related=[view.related(made, f"{receiver_of(view, read)} is made here")],
            fixes=[fix] if fix is not None else [], read=source(view, read), name=receiver_of(view, read),
        )  # fmt: skip
