"""`backward` of a `torch.autograd.Function` returns another number of gradients than `forward` has inputs.

## What happens
PyTorch hands the gradients that `backward` returns to the inputs of `forward` by position: one for each input, None for
one that is no tensor or needs none. With another number it raises a `RuntimeError` ("returned an incorrect number of
gradients") as soon as `backward()` gets there. Only Nones too many at the end are let through.

## Example
```python
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.factor


x = torch.ones(3, requires_grad=True)
Scale.apply(x, 2.0).sum().backward()
```

## Instead
```python
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.factor, None


x = torch.ones(3, requires_grad=True)
Scale.apply(x, 2.0).sum().backward()
```

## When it is fine
`return grad, None, None` of a function with one input: PyTorch drops Nones at the end that stand for nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.function_events import FunctionReturned
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls
from gradsight.text import Place

CHECK = Check(
    code="GS801",
    name="function-backward-arity",
    severity=Severity.ERROR,
    message="`backward` of `{function}` returns {returned}, but `forward` has {inputs}: PyTorch raises as soon as "
    "a gradient comes through here. It wants one for each input, None where there is none to give.",
    page=__doc__,
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Returns of `backward` that do not match the inputs."""
    seen: set[Place] = set()
    for event in view.trace.each(FunctionReturned):
        place = view.place(event)
        if event.returned == event.inputs or place in seen or view.expects_error(event):
            continue
        seen.add(place)
        applied = view.place(event.applied)
        yield CHECK.finding(
            place, view.trace, event,
            related=[view.related(applied, f"{_many(event.inputs, 'input')} of `forward` come from here")],
            fixes=_fixes(view, event, place), function=event.function,
            returned=_many(event.returned, "gradient"), inputs=_many(event.inputs, "input"),
        )  # fmt: skip


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _fixes(view: View, event: FunctionReturned, place: Place) -> list[Fix]:
    """Nones for the inputs that are left, which are at the end in nearly every case."""
    found = view.found(place)
    missing = event.inputs - event.returned
    if found is None or missing <= 0:
        return []
    text = view.text(place)
    node = found.node
    bracketed = isinstance(node, ast.Tuple) and text.startswith("(") and text.endswith(")")
    inner = text[1:-1].rstrip().rstrip(",") if bracketed else text.rstrip().rstrip(",")
    more = f"{inner}{', None' * missing}"
    nones = "None" if missing == 1 else f"{missing} times None"
    fix = calls.replace(
        view.documents[place.path], place, f"({more})" if bracketed else more, title=f"Return {nones} for the rest"
    )
    return [fix] if fix is not None else []
