"""An integer or boolean tensor is asked to require grad.

## What happens
Gradients are real (or complex) numbers, so only floating point and complex tensors can require grad. PyTorch raises
at once: *only Tensors of floating point and complex dtype can require gradients*. The dtype often comes from a literal:
`torch.tensor([1, 2])` holds integers, and so does `torch.arange(5)`.

## Example
```python
x = torch.tensor([1, 2, 3], requires_grad=True)
```

## Instead
```python
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
```
or say which dtype is meant: `torch.arange(5, dtype=torch.float32, requires_grad=True)`.

## When it is fine
Integer tensors as indices, labels and counts: they take part without a gradient.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.events import Created, Event, RequiresGradSet
from gradsight.autograd.values import Kind, Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import creation
from gradsight.text import Place

CHECK = Check(
    code="GS102",
    name="integer-requires-grad",
    severity=Severity.ERROR,
    message="{name} holds {kind}: only floating point and complex tensors can require grad, so `{request}` raises.",
    page=__doc__,
)

_RAISED = "can require gradients"
_KINDS = {Kind.INTEGER: "integers", Kind.BOOLEAN: "booleans"}


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Creations and switches that PyTorch refuses."""
    for event, made in _requests(view):
        if view.trace.observed and _RAISED not in (event.raised or ""):
            continue
        value = event.value
        kind = _kind(view, event)
        if kind is None or kind.can_require_grad:
            continue
        if view.expects_error(event):
            continue
        place = _request(view, event)
        related = [view.related(made, f"{name_of(view, value)} is made here")] if made not in (None, event) else []
        yield CHECK.finding(
            place, view.trace, event, related=related, fixes=_fixes(view, made),
            name=_name(view, value), kind=_KINDS[kind], request=source(view, place),
        )  # fmt: skip


def _kind(view: View, event: Created | RequiresGradSet) -> Kind | None:
    """What the tensor holds; where PyTorch refused to make it, what it was to be made of."""
    if event.value.kind is not None or event.raised is None or isinstance(event, RequiresGradSet):
        return event.value.kind
    if event.inputs:
        return event.inputs[0].kind
    found = view.found(event)
    constants = [node.value for node in ast.walk(found.node) if isinstance(node, ast.Constant)] if found else []
    says_bool = "bool" in view.text(event) or all(isinstance(value, bool) for value in constants)
    return Kind.BOOLEAN if says_bool else Kind.INTEGER


def _requests(view: View) -> Iterator[tuple[Created | RequiresGradSet, Event | None]]:
    """Each event that asks a tensor to require grad, with the one that made the tensor."""
    for event in view.trace.events:
        if isinstance(event, Created):
            if event.explicit or (event.explicit is None and event.by == "torch.nn.Parameter"):
                yield event, event
        elif isinstance(event, RequiresGradSet) and event.flag:
            yield event, view.trace.maker(event.value)


def _request(view: View, event: Created | RequiresGradSet) -> Place:
    place = view.place(event)
    return (view.keyword(place, "requires_grad") if isinstance(event, Created) else None) or place


def _name(view: View, value: Value) -> str:
    return f"`{value.name}`" if value.name else name_of(view, value).replace("the result", "the tensor")


def _fixes(view: View, made: Event | None) -> list[Fix]:
    """Float literals where the numbers are written out, else a float dtype."""
    if not isinstance(made, Created):
        return []
    places = [view.place(made)]
    if made.by == "torch.nn.Parameter":
        places = [view.place(source) for source in _data(view, made)]
    fixes = [creation.as_floats(view.documents[place.path], place) for place in places]
    return [fix for fix in fixes if fix is not None]


def _data(view: View, parameter: Created) -> Iterator[Created]:
    """The tensors that a parameter was made of."""
    for value in parameter.inputs:
        maker = view.trace.maker(value)
        if isinstance(maker, Created):
            yield maker
