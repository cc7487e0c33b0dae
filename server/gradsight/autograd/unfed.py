"""Steps for which nobody has called `backward()`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradsight.autograd.asking_events import BackwardOnNumber
from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Event,
    GradsCleared,
    MethodNamed,
    Opaque,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import behind, beyond, operands
from gradsight.autograd.training import Training
from gradsight.autograd.values import Form, Value


@dataclass(frozen=True, slots=True)
class Unfed:
    """A step that finds no gradient of anything it works on."""

    step: Stepped
    loss: Value
    """What was computed from the parameters, to the last op, and never went back."""


def unfed_steps(trace: Trace, training: Training) -> Iterator[Unfed]:
    """The steps of each optimizer whose parameters went into a loss that no backward starts from."""
    ends: list[tuple[Applied, Value]] | None = None
    for step in training.steps:
        if step.parameters is not None and (not step.parameters or training.giving(step.parameters)):
            continue
        if ends is None:
            ends = _ends(trace)
        if step.parameters:
            loss = _known(training, step.event, step.parameters, ends)
        else:
            loss = _unknown(trace, step.event, ends)
        if loss is not None:
            yield Unfed(step.event, loss)


def _ends(trace: Trace) -> list[tuple[Applied, Value]]:
    """Results of one element that no other op uses but to show or count them, and no backward starts from."""
    used = {root.id for call in trace.each(BackwardCalled) for root in call.roots}
    copied = [value for copy in trace.each(Created) for value in copy.inputs]
    while copied:
        value = copied.pop()
        maker = trace.maker(value)
        used.add(value.id)
        if value.form is not Form.TENSOR and isinstance(maker, Applied):
            copied.extend(maker.inputs)
    for op in trace.each(Applied):
        if op.cut is None and all(output.form is Form.TENSOR for output in op.outputs):
            used.update(value.id for value in operands(op))
    return [
        (op, output)
        for op in trace.each(Applied)
        for output in op.outputs
        if output.elements == 1 and output.requires_grad is not False and output.id not in used
    ]


def _known(
    training: Training, step: Stepped, parameters: frozenset[int], ends: list[tuple[Applied, Value]]
) -> Value | None:
    if _was_meant(training.trace, step) or _is_reached(training, step, parameters):
        return None
    for _, graph in training.backwards:
        lost = (beyond(training.trace, cut) for cut in graph.cuts)
        if not graph.complete or any(parameters.intersection(found.leaves) for found in lost):
            return None  # there is a backward, and what stands between it and the parameters is another story
    last = None
    for op, value in ends:
        if op.id < step.id and value.requires_grad:
            found = behind(training.trace, value)
            if parameters.intersection(found.leaves) and not _was_given_away(training, step, value):
                last = value
    return last


def _was_meant(trace: Trace, step: Stepped) -> bool:
    """Whether somebody tried to call `backward()` before the step: without parentheses, or on a number."""
    named = (event for event in trace.each(MethodNamed) if event.method == "backward")
    return any(event.id < step.id for event in (*named, *trace.each(BackwardOnNumber)))


def _is_reached(training: Training, step: Stepped, parameters: frozenset[int]) -> bool:
    """Whether code out of sight could have given the parameters their gradients."""
    reached = (event.touched for event in training.trace.each(Opaque) if event.id < step.id)
    return any(touched is None or not parameters.isdisjoint(touched) for touched in reached)


def _was_given_away(training: Training, step: Stepped, loss: Value) -> bool:
    reached = (event.touched for event in training.trace.each(Opaque) if event.id < step.id)
    return any(touched is None or loss.id in touched for touched in reached)


def _unknown(trace: Trace, step: Stepped, ends: list[tuple[Applied, Value]]) -> Value | None:
    """Where it is not known what an optimizer holds: it was cleared, a loss was computed, it steps, and nothing else
    happened in between that anybody could have hidden a backward in."""
    if trace.observed or step.name is None or _was_meant(trace, step):
        return None
    cleared = None
    for event in trace.events:
        if event.id >= step.id:
            break
        if isinstance(event, GradsCleared) and event.name == step.name and event.calls == step.calls:
            cleared = event
    if cleared is None or not set(step.branch) <= set(cleared.branch):
        return None
    between = [event for event in trace.events if cleared.id < event.id < step.id]
    if any(isinstance(event, Opaque | BackwardCalled) for event in between):
        return None
    losses = [value for op, value in ends if cleared.id < op.id < step.id and op.calls == step.calls]
    return losses[-1] if losses and _is_training(between) else None


def _is_training(events: list[Event]) -> bool:
    """Whether something that may be a model was called."""
    return any(
        isinstance(event, Applied) and any(value.requires_grad is not False for value in event.outputs)
        for event in events
    )
