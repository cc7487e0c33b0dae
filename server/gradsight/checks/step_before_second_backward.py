"""An optimizer steps between the computation of a loss and the backward of that loss.

## What happens
A layer keeps its weight for its derivative. `optimizer.step()` writes the weight in place, so a loss that was computed
before the step cannot be differentiated behind it: *one of the variables needed for gradient computation has been
modified by an inplace operation*. It meets two losses that share parameters: an actor and its critic, a generator and
its discriminator, several tasks with one optimizer each. `retain_graph=True` does not help.

## Example
```python
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
first, second = net(torch.randn(3, 4)).mean(dim=0)
first.backward(retain_graph=True)
optimizer.step()
second.backward()
```

## Instead
```python
net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 2))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
first, second = net(torch.randn(3, 4)).mean(dim=0)
first.backward(retain_graph=True)
second.backward()
optimizer.step()
```
Or compute the second loss again, behind the step.

## When it is fine
If the step changes other parameters than those that the second loss goes back through, or the second loss is computed
behind the step.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradsight.autograd.stale import Worn, worn_graphs
from gradsight.checks.carried_state import in_generator
from gradsight.checks.define import Check
from gradsight.checks.graph_carried_across_steps import earlier_run
from gradsight.checks.view import View
from gradsight.checks.words import name_of, op_name, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.text import Place

CHECK = Check(
    code="GS305",
    name="step-before-second-backward",
    severity=Severity.ERROR,
    message="`{step}` changes {parameter}, which {root} was computed with before: `{call}` comes after the step and "
    "raises.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The steps that come between a computation and its backward."""
    told: set[Place] = set()
    for worn in worn_graphs(view.trace, view.training):
        place = view.place(worn.step)
        if worn.coming or place in told or earlier_run(view, worn) is not None or view.expects_error(worn.call):
            continue
        if not view.trace.observed and in_generator(view, worn.node):
            continue
        told.add(place)
        fix = moved(view, worn, place)
        yield CHECK.finding(
            place, view.trace, worn.node, worn.step, worn.call,
            related=[
                view.related(worn.node, f"{op_name(worn.node)} saves {name_of(view, worn.saved.value)} here"),
                view.related(worn.call, "raises here"),
            ],
            fixes=[fix] if fix is not None else [], step=source(view, worn.step),
            parameter=name_of(view, worn.saved.value), root=", ".join(name_of(view, root) for root in worn.call.roots),
            call=source(view, worn.call),
        )  # fmt: skip


def moved(view: View, worn: Worn, place: Place) -> Fix | None:
    """The step goes behind the backward, where both are in one block."""
    call = view.place(worn.call)
    step, backward = view.found(place), view.found(call)
    if step is None or backward is None or place.path != call.path or not step.shares_block(backward):
        return None
    title = f"Step after `{source(view, worn.call)}`"
    return statements.move_after(view.documents[place.path], place, call, title=title)
