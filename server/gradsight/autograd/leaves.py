"""What became of leaves: the tensors whose `.grad` a backward fills."""

from __future__ import annotations

from gradsight.autograd.events import Applied, Created, Mutated, Rebound, RequiresGradSet, Trace
from gradsight.autograd.graph import behind, operands
from gradsight.autograd.values import Value


def lost_leaf(trace: Trace, value: Value) -> tuple[Created, Applied] | None:
    """The nameless leaf that `value` was computed from within one expression, and the op that hid it.

    `w = torch.randn(3, requires_grad=True) * 0.1`: the leaf has no name, so nobody can ask for its gradient, and
    what has the name is no leaf.
    """
    if value.is_leaf is not False or not value.requires_grad:
        return None
    outermost = trace.maker(value)
    if not isinstance(outermost, Applied):
        return None
    maker: object = outermost
    while isinstance(maker, Applied) and not isinstance(maker, Mutated):
        tracked = [operand for operand in operands(maker) if operand.requires_grad is not False]
        if len({operand.id for operand in tracked}) != 1 or not tracked[0].requires_grad:
            return None
        leaf = tracked[0]
        if leaf.is_leaf:
            return _made_inside(trace, leaf, outermost)
        maker = trace.maker(leaf)
    return None


def _made_inside(trace: Trace, leaf: Value, op: Applied) -> tuple[Created, Applied] | None:
    made = trace.maker(leaf)
    if not isinstance(made, Created) or made.cut is not None or leaf.name is not None:
        return None
    within = (made.site.path, made.site.chunk) == (op.site.path, op.site.chunk)
    return (made, op) if within and op.site.range.contains(made.site.range) else None


def was_rebound(trace: Trace, value: Value) -> bool:
    """Whether the name of `value` held a leaf that requires grad before it held this, or what this came from."""
    rebound = [event for event in trace.each(Rebound) if event.new.id == value.id or event.name == value.name]
    if not rebound:
        return False
    on_the_way = {value.id} | {output.id for node in behind(trace, value).nodes for output in node.outputs}
    return any(event.new.id in on_the_way for event in rebound)


def ever_tracked(trace: Trace, value: Value) -> bool:
    """Whether a leaf that does not require grad did so at another time: it was frozen, and not forgotten."""
    made = trace.maker(value)
    if isinstance(made, Created) and made.value.requires_grad is not False:
        return True
    return any(event.value.id == value.id for event in trace.each(RequiresGradSet))
