"""What became of leaves: the tensors whose `.grad` a backward fills."""

from __future__ import annotations

from gradsight.autograd.events import Applied, Created, Event, GradRead, Mutated, Rebound, RequiresGradSet, Trace
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Value


def lost_leaf(trace: Trace, value: Value) -> tuple[Created, Applied] | None:
    """Where the leaf was made that `value` was computed from and that nobody can name any more, and the op that hid it.

    `w = torch.randn(3, requires_grad=True) * 0.1` never gave the leaf a name, and `w = w.double()` took it away: nobody
    can ask for its gradient, and what has the name is no leaf.
    """
    if value.is_leaf is not False or not value.requires_grad:
        return None
    op = trace.maker(value)
    if not isinstance(op, Applied) or isinstance(op, Mutated):
        return None
    found = behind(trace, value)
    if len(found.leaves) != 1 or not found.complete:
        return None
    (leaf,) = found.leaves.values()
    made = _creation(trace, leaf)
    lost = made is not None and (_made_inside(made, op, leaf) or _renamed(trace, leaf, value))
    return (made, op) if made is not None and lost else None


def lost_behind(trace: Trace, op: Applied) -> Value | None:
    """What the expression around `op` computed of such a leaf, if that is what the op was there for."""
    around = (other for other in trace.each(Applied) if other.calls == op.calls and _holds(other, op))
    values = [value for other in around for value in other.outputs if lost_leaf(trace, value) is not None]
    return values[-1] if values else None


def _creation(trace: Trace, leaf: Value) -> Created | None:
    made = trace.maker(leaf)
    while isinstance(made, Mutated):
        made = trace.maker(made.target)
    return made if isinstance(made, Created) and made.cut is None else None


def _made_inside(made: Created, op: Applied, leaf: Value) -> bool:
    return leaf.name is None and _holds(op, made)


def _renamed(trace: Trace, leaf: Value, value: Value) -> bool:
    """Whether the leaf's name was given to `value`, and not as an update with the leaf's own gradient."""
    return any(
        event.old.id == leaf.id and event.new.id == value.id and not is_update(trace, event)
        for event in trace.each(Rebound)
    )


def was_updated(trace: Trace, value: Value) -> bool:
    """Whether `value` took the name of a leaf as its update, `w = w - lr * w.grad`, or came from what did so before."""
    updates = [event for event in trace.each(Rebound) if is_update(trace, event)]
    if not any(event.new.id == value.id or event.name == value.name for event in updates):
        return False
    on_the_way = {value.id} | {output.id for node in behind(trace, value).nodes for output in node.outputs}
    return any(event.new.id in on_the_way for event in updates)


def is_update(trace: Trace, rebound: Rebound) -> bool:
    """Whether the new value is computed with the gradient of the old one."""
    return any(read.value.id == rebound.old.id and _holds(rebound, read) for read in trace.each(GradRead))


def _holds(outer: Event, inner: Event) -> bool:
    """Whether one event's text lies within the other's."""
    one, other = outer.site, inner.site
    return (one.path, one.chunk) == (other.path, other.chunk) and one.range.contains(other.range)


def ever_tracked(trace: Trace, value: Value) -> bool:
    """Whether a leaf that does not require grad did so at another time: it was frozen, and not forgotten."""
    made = trace.maker(value)
    if isinstance(made, Created) and made.value.requires_grad is not False:
        return True
    return any(event.value.id == value.id for event in trace.each(RequiresGradSet))
