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
from gradsight.checks.words import assigned_name, receiver_of, source
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


_TITLE = "Call `retain_grad()` before the backward"


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
            severity=Severity.WARNING if use is Use.NEEDED or (use is Use.KEPT and backward is not None) else None,
            related=_related(view, read, backward), fixes=_fixes(view, read, backward, found),
            read=source(view, read), name=receiver_of(view, read),
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
        yield view.related(maker, f"{receiver_of(view, read)} is computed here")
    if backward is not None:
        yield view.related(backward, "the gradient passes through here")


def _fixes(view: View, read: GradRead, backward: BackwardCalled | None, found: Found) -> list[Fix]:
    """`retain_grad()` right before the backward where the name is known there, else where the tensor is made."""
    fix = None
    if backward is not None and isinstance(found.node, ast.Attribute):
        place = view.place(backward)
        if place.path == read.site.path and _means_the_same(found, view.found(place)):
            call = f"{found.text(found.node.value)}.retain_grad()"
            fix = statements.insert_before(view.documents[place.path], place, call, title=_TITLE, safety=Safety.SAFE)
    maker = view.trace.maker(read.value)
    if fix is None and maker is not None and (name := assigned_name(view, maker)) is not None:
        place = view.place(maker)
        call = f"{name}.retain_grad()"
        fix = statements.insert_after(view.documents[place.path], place, call, title=_TITLE, safety=Safety.SAFE)
    return [fix] if fix is not None else []


def _means_the_same(read: Found, backward: Found | None) -> bool:
    """Whether a name at the read was bound to the same thing at the backward: both are in one function, and no
    loop around the read alone, nor a comprehension, goes through things under that name."""
    if backward is None or _function(read) != _function(backward):
        return False
    name = next((node.id for node in ast.walk(read.node) if isinstance(node, ast.Name)), None)
    for around in read.around():
        if around.node in backward.parents:
            break
        loops = [around.node] if isinstance(around.node, ast.For) else getattr(around.node, "generators", [])
        if any(name in {n.id for n in ast.walk(loop.target) if isinstance(n, ast.Name)} for loop in loops):
            return False
    return True


def _function(found: Found) -> ast.AST | None:
    """The innermost function around."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    return next((around.node for around in found.around() if isinstance(around.node, kinds)), None)
