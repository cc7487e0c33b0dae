"""Walking a trace backwards: what is in the graph, what was cut off, and what is not known."""

from __future__ import annotations

from dataclasses import replace

from gradsight.autograd.events import Applied, Created, Cut
from gradsight.autograd.graph import behind, beyond, flow
from support.traces import Tale


def test_leaves_and_nodes_of_a_graph() -> None:
    tale = Tale()
    w, data = tale.leaf("w"), tale.leaf("data", requires_grad=False)
    root = tale.op(tale.op(w, data))
    found = behind(tale.trace(), root)
    assert [leaf.name for leaf in found.leaves.values()] == ["w"]
    assert [node.id for node in found.nodes] == [4, 3]
    assert [source.value.name for source in found.sources] == ["data"]
    assert found.complete and not found.cuts


def test_a_cut_ends_the_way() -> None:
    tale = Tale()
    w = tale.leaf("w")
    root = tale.op(tale.op(w, cut=Cut.DETACH))
    found = behind(tale.trace(), root)
    assert not found.leaves and not found.nodes
    (cut,) = found.cuts
    assert [leaf.name for leaf in beyond(tale.trace(), cut).leaves.values()] == ["w"]


def test_nothing_behind_a_value_that_does_not_require_grad_is_in_the_graph() -> None:
    """`detach()` of a tensor of which it is not known whether it requires grad is no cut that can be named."""
    tale = Tale()
    w = tale.leaf("w")
    unknown = replace(tale.op(w), requires_grad=None)
    detached = replace(tale.op(unknown), requires_grad=False)
    root = tale.op(detached, w)
    found = behind(tale.trace(), root)
    assert [node.id for node in found.nodes] == [4]
    assert set(found.leaves) == {w.id}
    assert not found.complete
    assert not behind(tale.trace(), detached).leaves


def test_a_copy_of_data_leads_to_the_cut_behind_it() -> None:
    tale = Tale()
    w = tale.leaf("w")
    detached = tale.op(w, cut=Cut.DETACH)
    copy = tale.leaf("copy", requires_grad=False)
    made = tale.events[-1]
    assert isinstance(made, Created)
    tale.events[-1] = replace(made, inputs=(detached,))
    root = tale.op(copy)
    found = behind(tale.trace(), root)
    assert [cut.id for cut in found.cuts] == [2]
    assert not found.sources and not found.leaves


def test_a_copy_of_mere_data_is_a_source() -> None:
    tale = Tale()
    data = tale.leaf("data", requires_grad=False)
    copy = tale.leaf("copy", requires_grad=False)
    made = tale.events[-1]
    assert isinstance(made, Created)
    tale.events[-1] = replace(made, inputs=(data,))
    root = tale.op(copy)
    assert [source.value.name for source in behind(tale.trace(), root).sources] == ["copy"]


def test_the_flow_goes_from_the_source_to_the_root() -> None:
    tale = Tale()
    w = tale.leaf("w")
    middle = tale.op(w)
    root = tale.op(middle)
    trace = tale.trace()
    assert [event.id for event in flow(trace, trace[1], root)] == [1, 2, 3]
    assert flow(trace, trace[3], middle) == ()
    assert isinstance(trace[2], Applied)
