"""In-place writes that PyTorch does not put up with: on what an op saved for its backward, and on leaves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradsight.autograd.events import Applied, BackwardCalled, Mutated, Saved, Trace, compatible
from gradsight.autograd.graph import Behind, operands
from gradsight.autograd.training import Backwards
from gradsight.autograd.values import Value

MODIFIED_RAISED = "modified by an inplace operation"
"""What PyTorch's message says when a saved tensor was written."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A write that makes a backward raise."""

    write: Mutated
    """The first write after the save."""
    node: Applied
    """The op that had saved the tensor."""
    saved: Saved
    backward: BackwardCalled


def conflicts(trace: Trace, backwards: Backwards) -> Iterator[Conflict]:
    """Every write that breaks a save, each with the first save and the first backward that it breaks."""
    writes = _writes_by_storage(trace)
    told: set[int] = set()
    for conflict in _observed(trace, backwards, writes) if trace.observed else _foreseen(backwards, writes):
        if conflict.write.id not in told:
            told.add(conflict.write.id)
            yield conflict


_IDEMPOTENT = frozenset(["clamp_", "clamp_min_", "clamp_max_", "clip_", "relu_", "abs_", "copy_", "nan_to_num_"])
"""What usually changes nothing when it is done again, as constraints on weights are in each forward pass."""


def unnoticed(trace: Trace, backwards: Backwards) -> Iterator[Conflict]:
    """Every write through `.data` to what an op has saved, with the first backward that computes with it."""
    writes: dict[int, list[Mutated]] = {}
    for event in trace.each(Mutated):
        in_place = event.op != "torch.Tensor.data" and event.op.rpartition(".")[2] not in _IDEMPOTENT
        if not event.noticed and in_place and event.target.storage is not None:
            writes.setdefault(event.target.storage, []).append(event)
    told: set[int] = set()
    freed: dict[int, list[BackwardCalled]] = {}
    for call, graph in backwards if writes else ():
        if any(root.requires_grad is not True for root in call.roots) or call.raised is not None:
            continue
        nodes = [node for node in needed(call, graph) if not any(compatible(by, call) for by in freed.get(node.id, ()))]
        for conflict in _broken(call, nodes, writes, counted=False):
            if conflict.write.id not in told:
                told.add(conflict.write.id)
                yield conflict
        if call.retain_graph is not True and call.create_graph is not True:
            for node in nodes:
                freed.setdefault(node.id, []).append(call)


class Saves:
    """What ops have saved, by storage."""

    def __init__(self, trace: Trace) -> None:
        self._by_storage: dict[int, list[tuple[Applied, Saved]]] = {}
        self._unknown: dict[int, list[Applied]] = {}
        for node in trace.each(Applied):
            for saved in node.saved:
                self._by_storage.setdefault(saved.storage, []).append((node, saved))
            if node.keeps is None:
                for value in (*node.inputs, *node.outputs):
                    if value.storage is not None:
                        self._unknown.setdefault(value.storage, []).append(node)

    def broken_by(self, write: Mutated) -> bool:
        """Whether some op had saved what `write` changes: a backward through that op would raise from then on."""
        if write.target.storage is None or not write.noticed:
            return False
        return any(
            node.id <= write.id and saved.version < write.version and compatible(node, write)
            for node, saved in self._by_storage.get(write.target.storage, ())
        )

    def may_be_broken_by(self, write: Mutated) -> bool:
        """Whether an op of which it is not known what it saves had seen what `write` changes."""
        if write.target.storage is None:
            return True
        return any(node.id < write.id for node in self._unknown.get(write.target.storage, ()))


def _writes_by_storage(trace: Trace) -> dict[int, list[Mutated]]:
    writes: dict[int, list[Mutated]] = {}
    for event in trace.each(Mutated):
        if event.noticed and event.target.storage is not None:
            writes.setdefault(event.target.storage, []).append(event)
    return writes


def _observed(trace: Trace, backwards: Backwards, writes: dict[int, list[Mutated]]) -> Iterator[Conflict]:
    """The conflict that PyTorch named, or that its message leaves no doubt about."""
    for call, graph in backwards:
        if MODIFIED_RAISED not in (call.raised or ""):
            continue
        if call.conflict is None:
            found = list(_broken(call, graph.nodes, writes))
            if len({conflict.node.id for conflict in found}) == 1:
                yield found[0]
            continue
        node = trace[call.conflict[0]]
        if isinstance(node, Applied):
            named = [saved for saved in node.saved if saved.storage == call.conflict[1]]
            yield from _broken(call, (node,), writes, named)


def _foreseen(backwards: Backwards, writes: dict[int, list[Mutated]]) -> Iterator[Conflict]:
    """The conflicts of every backward that will run, the graphs freed by earlier ones left aside."""
    freed: dict[int, list[BackwardCalled]] = {}
    for call, graph in backwards:
        if any(root.requires_grad is not True for root in call.roots) or (call.api == "grad" and call.inputs is None):
            continue
        nodes = [node for node in needed(call, graph) if not any(compatible(by, call) for by in freed.get(node.id, ()))]
        yield from _broken(call, nodes, writes)
        if call.retain_graph is not True and call.create_graph is not True:
            for node in nodes:
                freed.setdefault(node.id, []).append(call)


def needed(call: BackwardCalled, graph: Behind) -> Sequence[Applied]:
    """The nodes that a call really runs through: all, or those between its root and the inputs asked for."""
    if call.inputs is None:
        return graph.nodes
    reached = {value.id for value in call.inputs}
    makers = {value.made_by for value in call.inputs if not value.is_leaf}
    found: list[Applied] = []
    for node in sorted(graph.nodes, key=lambda node: node.id):
        if node.id not in makers and any(value.id in reached for value in operands(node)):
            reached.update(value.id for value in node.outputs)
            found.append(node)
    return found


def _broken(
    call: BackwardCalled,
    nodes: Sequence[Applied],
    writes: dict[int, list[Mutated]],
    named: Sequence[Saved] | None = None,
    counted: bool = True,
) -> Iterator[Conflict]:
    """For each save of `nodes` the first write that the version counter holds against it; if not `counted`, the first
    write at all."""
    for node in nodes:
        if not any(value.requires_grad for value in node.outputs) or not compatible(node, call):
            continue
        for saved in named or node.saved:
            for write in writes.get(saved.storage, ()):
                if (
                    node.id <= write.id < call.id
                    and (write.version > saved.version or not counted)
                    and compatible(write, node)
                    and compatible(write, call)
                ):
                    yield Conflict(write, node, saved, call)
                    break


def leaf_under(trace: Trace, value: Value) -> Value | None:
    """The leaf that requires grad and lies in the same memory as `value`: itself, or what it is a view of."""
    seen: set[int | None] = set()
    while value.requires_grad is True:
        if value.is_leaf:
            return value
        maker = trace.maker(value)
        if not isinstance(maker, Applied) or isinstance(maker, Mutated) or maker.id in seen or value.storage is None:
            return None
        seen.add(maker.id)
        base = next((operand for operand in maker.inputs if operand.storage == value.storage), None)
        if base is None:
            return None
        value = base
    return None
