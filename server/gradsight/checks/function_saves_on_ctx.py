"""`forward` keeps an input or output as an attribute of `ctx` and not through `save_for_backward`.

## What happens
What `save_for_backward` keeps is watched: PyTorch raises when such a tensor was written in place before `backward`
needs it, and frees it afterwards. An attribute of `ctx` is neither watched nor freed. An output that is kept so refers
to its own node, a circle that only Python's garbage collector breaks: the memory of each step stays until it comes
round. An input that somebody writes in place before the backward gives wrong gradients without any error.

## Example
```python
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.result = result
        return result

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output * ctx.result


x = torch.rand(3, requires_grad=True)
Exp.apply(x).sum().backward()
```

## Instead
```python
class Exp(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        result = x.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


x = torch.rand(3, requires_grad=True)
Exp.apply(x).sum().backward()
```

## When it is fine
Numbers, shapes and flags belong on `ctx`, and so do tensors that are neither inputs nor outputs. An input that nobody
writes to works as well; that it is not watched is only worth a hint.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import BackwardCalled, Mutated, compatible
from gradsight.autograd.function_events import FunctionKept
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import source
from gradsight.finding import Finding, Severity
from gradsight.text import Place

CHECK = Check(
    code="GS803",
    name="function-saves-on-ctx",
    severity=Severity.WARNING,
    message="`ctx.{attribute}` keeps the output of `{function}`, which refers back to `ctx`: a circle that keeps the "
    "memory of each call until the garbage collector comes round. `ctx.save_for_backward` keeps it without one.",
    page=__doc__,
    variants={
        "written": "`{write}` writes into what `ctx.{attribute}` of `{function}` keeps for its backward. Autograd does "
        "not watch attributes of `ctx`, so the gradient is wrong without an error; `ctx.save_for_backward` would tell.",
        "input": "`ctx.{attribute}` keeps an input of `{function}` unwatched: `ctx.save_for_backward` would raise if "
        "it is written in place before the backward.",
    },
    probe=False,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Inputs and outputs on `ctx`, the harmful ones first."""
    kept = list(view.trace.each(FunctionKept))
    writes = {event.id: _written_later(view, event) for event in kept if event.role == "input"}
    seen: set[Place] = set()
    for event in sorted(kept, key=lambda event: writes.get(event.id) is None):
        place = view.place(event)
        if place in seen:
            continue
        seen.add(place)
        words: dict[str, Any] = {"attribute": event.attribute, "function": event.function}
        if event.role == "output":
            yield CHECK.finding(place, view.trace, event, **words)
            continue
        write = writes.get(event.id)
        if write is None:
            yield CHECK.finding(place, view.trace, event, variant="input", severity=Severity.HINT, **words)
            continue
        call = next(call for call, graph in view.backwards if call.id > write.id and _reaches(graph, event))
        related = [
            view.related(write, "is written in place here, after it was kept"),
            view.related(call, "uses what it holds by now"),
        ]
        yield CHECK.finding(
            place, view.trace, event, write, variant="written", related=related, write=source(view, write), **words
        )


def _written_later(view: View, event: FunctionKept) -> Mutated | None:
    """A write into what was kept, between the call and a backward that goes through it."""
    calls: list[BackwardCalled] = [call for call, graph in view.backwards if _reaches(graph, event)]
    for write in view.trace.each(Mutated):
        if write.target.storage != event.value.storage or write.by_step is not None or write.id < event.id:
            continue
        if any(call.id > write.id and compatible(call, write) for call in calls) and compatible(write, event):
            return write
    return None


def _reaches(graph: object, event: FunctionKept) -> bool:
    return any(node.id == event.node for node in getattr(graph, "nodes", ()))
