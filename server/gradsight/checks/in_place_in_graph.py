"""A tensor of the graph is changed in place, and nothing had saved its old value: harmless.

## What happens
PyTorch records a write in place like any other op. It only goes wrong if an op had saved the old value for its
backward. Here none has, so `backward()` works and the gradients are right: in-place ops as such do not break the
graph. This is a hint about style. The next edit, say an `exp()` in front of the write, may turn it into an error, and
the form that makes a new tensor never does.

## Example
```python
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y += 1
y.sum().backward()
```

## Instead
```python
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y = y + 1
y.sum().backward()
```

## When it is fine
It always is. Sums of losses, activations written in place behind a layer, tensors outside the graph and buffers that
are filled slot by slot are not even mentioned.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from gradsight.autograd.conflicts import Saves, conflicts
from gradsight.autograd.events import Applied, Created, Mutated, Trace
from gradsight.autograd.function_events import FunctionKept
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.in_place_on_saved_tensor import fixes, is_refused
from gradsight.checks.view import View
from gradsight.checks.words import goes_on, source, written
from gradsight.finding import Finding, Severity
from gradsight.syntax.found import Found
from gradsight.text import Place

CHECK = Check(
    code="GS303",
    name="in-place-in-graph",
    severity=Severity.HINT,
    message="`{write}` changes {name} in place, which is harmless here: no op had saved its old value, and the "
    "gradients are right.",
    page=__doc__,
)

_ACTIVATIONS = frozenset(
    ["relu_", "leaky_relu_", "elu_", "selu_", "celu_", "rrelu_", "threshold_", "hardtanh_", "sigmoid_", "tanh_"]
)
"""Written in place by custom, to save memory behind a layer that does not keep its output."""


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The harmless writes that are worth a hint."""
    trace = view.trace
    roots = {root.id for call, _ in view.backwards for root in call.roots}
    broken = {conflict.write.site for conflict in conflicts(trace, view.backwards)}
    saves = Saves(trace)
    harmful = broken | {
        write.site for write in trace.each(Mutated) if saves.broken_by(write) or saves.may_be_broken_by(write)
    }
    told: set[Place] = set()
    unwatched = {(event.value.storage, event.id) for event in trace.each(FunctionKept)}
    for write in trace.each(Mutated):
        if any(storage == write.target.storage and kept < write.id for storage, kept in unwatched):
            continue  # an attribute of `ctx` keeps it for a backward
        if by_custom_function(view.found(write)):
            continue
        if write.site in harmful or write.target.id in roots or not is_in_graph(trace, write):
            continue
        if fills_a_slot(view.node(write)):
            continue
        if is_refused(view, write) or goes_on(place := view.place(write), told):
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            trace,
            write,
            fixes=fixes(view, write, place),
            write=source(view, write),
            name=written(view, write),
        )


def is_in_graph(trace: Trace, write: Mutated) -> bool:
    """Whether the write is recorded by autograd on a computed tensor that is no running sum."""
    target, name = write.target, write.op.rpartition(".")[2]
    return (
        write.noticed
        and write.raised is None
        and write.scope is None
        and write.by_step is None
        and target.requires_grad is True
        and target.is_leaf is False
        and target.shape != ()
        and name not in _ACTIVATIONS
        and not write.op.startswith("torch.nn.")
        and not is_accumulator(trace, target)
    )


def by_custom_function(found: Found | None) -> bool:
    """Whether this is an autograd function at work, which has its own say on gradients."""
    if found is None:
        return False
    if isinstance(found.node, ast.Call) and ast.unparse(found.node.func).endswith(".apply"):
        return True
    functions = [node for node in found.parents if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    match functions[-2:]:
        case [ast.ClassDef(bases=bases), ast.FunctionDef(name="forward")]:
            return any(ast.unparse(base).rpartition(".")[2] in ("Function", "InplaceFunction") for base in bases)
    return False


def fills_a_slot(node: ast.AST | None) -> bool:
    """Whether the write is `y[i] = ...` or `y[i] += ...`, for which there is no better form to hint at."""
    if isinstance(node, ast.AugAssign):
        return isinstance(node.target, ast.Subscript)
    return isinstance(node, ast.Assign)


def is_accumulator(trace: Trace, target: Value) -> bool:
    """Whether what is written began as a constant, into which results are added or filled."""
    waiting, seen = [target], set()
    while waiting:
        value = waiting.pop()
        maker = trace.maker(value)
        if maker is None or maker.id in seen:
            continue
        seen.add(maker.id)
        if isinstance(maker, Created):
            return True
        if isinstance(maker, Mutated):
            waiting.append(maker.target)
        elif isinstance(maker, Applied) and (maker.op == "join" or is_view(maker)):
            waiting.extend(value for value in maker.inputs if maker.op == "join" or value.storage == target.storage)
    return False


def is_view(event: Applied) -> bool:
    """Whether the result lies in the memory of an input."""
    memories = {value.storage for value in event.inputs if value.storage is not None}
    return any(value.storage in memories for value in event.outputs)
