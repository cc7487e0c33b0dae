"""`.grad` is read from a tensor that was computed from others.

## What happens
`backward()` fills `.grad` of leaves: tensors that you made with `requires_grad=True`, and parameters. The gradient of
everything in between passes through and is dropped, so `.grad` of a non-leaf is None (and PyTorch warns). That has
nothing to do with the ops used: slicing, indexing and `view` pass gradients on like every other op.

## Example
```python
x = torch.ones(3, requires_grad=True)
y = x * 2
y.sum().backward()
print(y.grad)
```

## Instead
```python
x = torch.ones(3, requires_grad=True)
y = x * 2
y.retain_grad()
y.sum().backward()
print(y.grad)
```

## When it is fine
After `y.retain_grad()`, called before the backward. If you want the gradient of the leaf, read `x.grad`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.events import Applied, BackwardCalled, GradRead, compatible
from gradsight.autograd.leaves import lost_leaf, was_updated
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Related, Safety, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.syntax.uses import Use, use_of

CHECK = Check(
    code="GS402",
    name="non-leaf-grad-read",
    severity=Severity.INFORMATION,
    message="`{read}` is None: {name} is computed from other tensors, and only leaves keep their gradient unless "
    "`retain_grad()` is called before the backward.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Reads that can only give None."""
    for read in view.trace.each(GradRead):
        value = read.value
        if not (value.requires_grad and value.is_leaf is False and read.has_grad is False) or value.retains_grad:
            continue
        found = view.found(read)
        if found is None or (use := use_of(found)) is Use.GUARDED or view.expects_error(read):
            continue
        if lost_leaf(view.trace, value) is not None or was_updated(view.trace, value):
            continue  # the cause lies where the leaf got lost, and is reported there
        backward = _backward_before(view, read)
        yield CHECK.finding(
            view.place(read), view.trace, read,
            severity=Severity.WARNING if use is Use.NEEDED else None,
            related=_related(view, read, backward), fixes=_fixes(view, read, backward, found),
            read=source(view, read), name=name_of(view, value),
        )  # fmt: skip


def _backward_before(view: View, read: GradRead) -> BackwardCalled | None:
    """The last backward before the read that went through the tensor."""
    last = None
    for call, behind in view.backwards:
        if call.id > read.id:
            break
        passed = {output.id for node in behind.nodes for output in node.outputs} | {root.id for root in call.roots}
        if call.api == "backward" and compatible(call, read) and read.value.id in passed:
            last = call
    return last


def _related(view: View, read: GradRead, backward: BackwardCalled | None) -> Iterator[Related]:
    maker = view.trace.maker(read.value)
    if isinstance(maker, Applied):
        yield view.related(maker, f"{name_of(view, read.value)} is computed here")
    if backward is not None:
        yield view.related(backward, "the gradient passes through here")


def _fixes(view: View, read: GradRead, backward: BackwardCalled | None, found: Found) -> list[Fix]:
    """`retain_grad()` right before the backward, where both are in the same function."""
    if backward is None or not isinstance(found.node, ast.Attribute):
        return []
    place = view.place(backward)
    there = view.found(place)
    if there is None or place.path != read.site.path or _function(there) != _function(found):
        return []
    statement = f"{found.text(found.node.value)}.retain_grad()"
    fix = statements.insert_before(view.documents[place.path], place, statement)
    return [] if fix is None else [Fix(f"Insert `{statement}` before the backward", Safety.SAFE, fix.edits)]


def _function(found: Found) -> tuple[int, str] | None:
    """The innermost function around, told by where it starts."""
    for around in found.around():
        if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            return around.range.start.line, type(around.node).__name__
    return None
