"""What one pass computed is used by the next one, and takes the old graph along into its backward.

## What happens
A hidden state, a running sum or a cached result remembers how it was computed. When the next pass uses it,
`backward()` goes on into the graph of the pass before, which that pass has freed: *Trying to backward through the graph
a second time*. `retain_graph=True` only moves the problem: after `optimizer.step()` the old graph asks for parameters
that have changed, and PyTorch raises *modified by an inplace operation*; where nothing raises, every pass is slower and
needs more memory than the one before.

## Example
```python
cell = nn.GRUCell(3, 4)
hidden = torch.zeros(2, 4)
for step in range(3):
    hidden = cell(torch.randn(2, 3), hidden)
    loss = hidden.pow(2).mean()
    loss.backward()
```

## Instead
```python
cell = nn.GRUCell(3, 4)
hidden = torch.zeros(2, 4)
for step in range(3):
    hidden = cell(torch.randn(2, 3), hidden)
    loss = hidden.pow(2).mean()
    loss.backward()
    hidden = hidden.detach()
```
What is computed from parameters once and used in every pass (an embedding of the whole graph, a kernel matrix) belongs
inside the loop: after a step it is out of date anyway.

## When it is fine
If the state is detached between two backward passes, made again for each of them, or kept with `retain_graph=True`
while nothing that the old graph saved is changed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gradsight.autograd.events import Applied, BackwardCalled, Stepped
from gradsight.autograd.freed import Freed, freed_graphs
from gradsight.autograd.leaves import lost_behind
from gradsight.autograd.stale import Crossing, Worn, crossings, is_earlier_pass, worn_graphs
from gradsight.checks.carried_state import Edge, belongs_to_first, edge
from gradsight.checks.carried_state_fixes import detached, moved_in
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import op_name, source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.text import Place, Site

CHECK = Check(
    code="GS406",
    name="graph-carried-across-steps",
    severity=Severity.ERROR,
    message="`{name}` takes the graph of one pass into the next: when `{call}` runs again, it goes back into what the "
    "call before has freed, and raises. Detach `{name}` between the passes.",
    variants={
        "worn": "`{name}` takes the graph of one pass into the next: when `{call}` runs again, it goes back through "
        "parameters that `{step}` has changed since, and raises. Detach `{name}` between the passes.",
        "once": "`{name}` is computed once, but every `{call}` goes back through it: the first one frees its graph, "
        "and the second one raises. Compute it again in each pass.",
        "once_worn": "`{name}` is computed once, but every `{call}` goes back through it: after `{step}` its graph "
        "asks for parameters that have changed, and the second call raises. Compute it again in each pass.",
    },
    page=__doc__,
)


@dataclass(frozen=True, slots=True)
class Carried:
    """A call that gets back into the graph of its own earlier run."""

    call: BackwardCalled
    first: BackwardCalled
    op: Applied
    step: Stepped | None
    """Where the graph was kept: the step that has changed what it saved."""
    crossings: tuple[Crossing, ...]


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Calls that raise when they run again, by what carries the old graph to them."""
    told: set[Place] = set()
    calls: set[Site] = set()
    for carried in carried_graphs(view):
        if view.expects_error(carried.call) or lost_behind(view.trace, carried.op) is not None:
            continue
        edges = [found for each in carried.crossings if (found := edge(view, carried.call, each)) is not None]
        if not edges or carried.call.site in calls or any(found.place in told for found in edges):
            continue  # what else is carried to the same call shows when this is mended
        calls.add(carried.call.site)
        chosen = edges[0]
        told.add(chosen.place)
        words: dict[str, Any] = {"name": chosen.name, "call": source(view, carried.call)}
        if carried.step is not None:
            words["step"] = source(view, carried.step)
        yield CHECK.finding(
            chosen.place, view.trace, carried.op, carried.first, carried.call, variant=_variant(chosen, carried),
            related=_related(view, chosen, carried), fixes=_fixes(view, chosen, edges, carried), **words,
        )  # fmt: skip


def carried_graphs(view: View) -> Iterator[Carried]:
    """Each call that goes back into what an earlier run of the same call went through, by freed or by worn graphs."""
    for freed in freed_graphs(view.trace, view.backwards):
        if (found := carried_by(view, freed)) is not None:
            yield found
    yield from _in_turns(view)
    for worn in worn_graphs(view.trace, view.training):
        first = earlier_run(view, worn)
        if first is not None:
            op = None if worn.coming else worn.node
            ends = belongs_to_first(view, worn.call)
            if found_at := tuple(crossings(view.trace, worn.call, first, op, ends)):
                yield Carried(worn.call, first, worn.node, worn.step, found_at)


def _in_turns(view: View) -> Iterator[Carried]:
    """Calls that run in every so many passes (`if step % 10 == 0:`), and go back behind their own earlier run."""
    for index, (call, graph) in enumerate(view.backwards):
        if view.trace.observed or not call.branch or call.api != "backward":
            continue
        runs = [
            (first, older)
            for first, older in view.backwards[:index]
            if (first.site, first.calls, len(first.branch)) == (call.site, call.calls, len(call.branch))
            and first.retain_graph is False
        ]
        if not runs or not _recurs(view, call):
            continue
        first, older = runs[-1]
        freed = {node.id for node in older.nodes if node.keeps or node.saved}
        op = next((node for node in graph.nodes if node.id in freed), None)
        if op is not None:
            ends = belongs_to_first(view, call)
            found = tuple(crossings(view.trace, call, first, op, ends, straight=True))
            if any(each.use is not None for each in found):
                yield Carried(call, first, op, None, found)


def _recurs(view: View, call: BackwardCalled) -> bool:
    """Whether the condition around a call counts passes, so that it comes true again."""
    found = view.found(call)
    condition = next((each.node for each in found.around() if isinstance(each.node, ast.If)), None) if found else None
    return condition is not None and any(isinstance(node, ast.Mod) for node in ast.walk(condition.test))


def carried_by(view: View, freed: Freed) -> Carried | None:
    """What carries a freed graph over, where the call that freed it was an earlier run of the same one."""
    if freed.call.site != freed.first.site:
        return None
    found = tuple(crossings(view.trace, freed.call, freed.first, freed.op, belongs_to_first(view, freed.call)))
    if not found or all(each.use is None for each in found):
        return None
    return Carried(freed.call, freed.first, freed.op, None, found)


def is_carried(view: View, freed: Freed) -> bool:
    """Whether a freed graph was carried over by something that can be pointed at."""
    carried = carried_by(view, freed)
    return carried is not None and any(edge(view, freed.call, each) is not None for each in carried.crossings)


def earlier_run(view: View, worn: Worn) -> BackwardCalled | None:
    """The last earlier run of the same call that went through the op."""
    last = None
    for call, graph in view.backwards:
        if call.id >= worn.call.id:
            break
        if (worn.coming and call.site == worn.call.site) or is_earlier_pass(worn.call, call, graph, worn.node):
            last = call
    return last


def _variant(chosen: Edge, carried: Carried) -> str | None:
    if chosen.inside or _runs_again(carried):
        return "worn" if carried.step is not None else None
    return "once_worn" if carried.step is not None else "once"


def _runs_again(carried: Carried) -> bool:
    """Whether the two runs of the call were led to by different calls, and the op by the one of the first run."""
    ways = carried.first.calls, carried.call.calls
    return ways[0] != ways[1] and carried.op.calls[:1] == ways[0][:1]


def _related(view: View, chosen: Edge, carried: Carried) -> Iterator[Related]:
    yield view.related(carried.op, f"{op_name(carried.op)} saved something for the backward here")
    if carried.step is not None:
        yield view.related(carried.step, "changes parameters that the old graph has saved")
    if chosen.read != chosen.place and not chosen.read.range.contains(chosen.place.range):
        yield view.related(chosen.read, "the next pass takes it up here")
    yield view.related(carried.call, "raises when it runs again")


def _fixes(view: View, chosen: Edge, edges: list[Edge], carried: Carried) -> Iterator[Fix]:
    if chosen.inside or _runs_again(carried):
        parts = sum(other.name == chosen.name for other in edges)
        use = carried.crossings[0].use
        fix = detached(view, chosen, carried.call, several=parts > 1, summed=use is not None and _sums(use))
    else:
        fix = moved_in(view, chosen, carried.call)
    if fix is not None:
        yield fix


def _sums(use: Applied) -> bool:
    return op_name(use) in ("sum", "stack", "cat", "add", "mean")
