"""Which writes break which saves: versions, views, branches, freed graphs, and what a call runs through."""

from __future__ import annotations

from dataclasses import replace

from gradsight.autograd.conflicts import Saves, conflicts, leaf_under
from gradsight.autograd.events import Mutated
from support.traces import Tale


def broken(tale: Tale) -> list[tuple[int, int]]:
    """(write, saving op) of each conflict, by event id."""
    return [(found.write.id, found.node.id) for found in conflicts(tale.trace(), tale.backwards())]


def test_a_write_after_the_save_and_before_the_backward_breaks_it() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.backward(tale.op(tale.write(y)))
    assert broken(tale) == [(3, 2)]


def test_a_write_before_the_save_is_harmless() -> None:
    tale = Tale()
    y = tale.write(tale.op(tale.leaf("x")))
    tale.backward(tale.op(y, saves=(y,)))
    assert broken(tale) == []


def test_a_write_after_the_backward_is_harmless() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.backward(y)
    tale.write(y)
    assert broken(tale) == []


def test_the_second_backward_finds_the_graph_freed_and_not_the_write() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.backward(y)
    tale.write(y)
    tale.backward(y)
    assert broken(tale) == []


def test_a_graph_that_was_kept_can_still_be_broken() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.backward(y, retain_graph=True)
    tale.write(y)
    tale.backward(y)
    assert broken(tale) == [(4, 2)]


def test_only_the_first_write_is_to_blame() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    y = tale.write(y)
    tale.backward(tale.op(tale.write(y)))
    assert broken(tale) == [(3, 2)]


def test_a_write_that_autograd_does_not_notice_breaks_nothing() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.write(y, noticed=False)
    tale.backward(y)
    assert broken(tale) == []


def test_a_write_through_a_view_counts() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    view = replace(tale.op(y), storage=y.storage)
    tale.write(view)
    tale.backward(tale.op(y))
    assert broken(tale) == [(4, 2)]


def test_the_other_arm_of_a_branch_does_not_count() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.branch = ((7, 0),)
    tale.write(y)
    tale.branch = ((7, 1),)
    tale.backward(y)
    assert broken(tale) == []


def test_grad_runs_only_through_what_leads_to_its_inputs() -> None:
    tale = Tale()
    x, w = tale.leaf("x"), tale.leaf("w")
    aside = tale.op(w, saves_result=True)
    root = tale.op(tale.op(x), aside)
    tale.write(aside)
    tale.backward(root, api="grad", inputs=(x,), retain_graph=True)
    assert broken(tale) == []
    tale.backward(root, api="grad", inputs=(w,))
    assert broken(tale) == [(6, 3)]


def test_a_root_of_which_too_little_is_known_is_left_alone() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.write(y)
    tale.backward(replace(y, requires_grad=None))
    assert broken(tale) == []


def test_what_a_run_raised_is_believed() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    z = tale.op(y, saves_result=True)
    tale.write(y)
    tale.write(z)
    raised = "one of the variables needed for gradient computation has been modified by an inplace operation"
    tale.backward(z, raised=raised, conflict=(3, z.storage))
    found = list(conflicts(tale.trace(observed=True), tale.backwards(observed=True)))
    assert [(conflict.write.id, conflict.node.id) for conflict in found] == [(5, 3)]


def test_a_run_that_raised_nothing_has_no_conflict() -> None:
    tale = Tale()
    y = tale.op(tale.leaf("x"), saves_result=True)
    tale.write(y)
    tale.backward(y)
    assert list(conflicts(tale.trace(observed=True), tale.backwards(observed=True))) == []


def test_saves_tell_harmless_writes_from_doubtful_ones() -> None:
    tale = Tale()
    x = tale.leaf("x")
    plain, kept = tale.op(x), tale.op(x, saves_result=True)
    tale.write(plain)
    tale.write(kept)
    doubtful = tale.op(x)
    tale.events[-1] = replace(tale.events[-1], keeps=None)  # type: ignore[call-arg]
    tale.write(doubtful)
    saves = Saves(tale.trace())
    first, second, third = (event for event in tale.events if isinstance(event, Mutated))
    assert not saves.broken_by(first) and not saves.may_be_broken_by(first)
    assert saves.broken_by(second)
    assert not saves.broken_by(third) and saves.may_be_broken_by(third)


def test_a_leaf_is_found_under_its_views() -> None:
    tale = Tale()
    x = tale.leaf("x")
    view = replace(tale.op(x), storage=x.storage)
    assert leaf_under(tale.trace(), view) == x
    assert leaf_under(tale.trace(), x) == x
    assert leaf_under(tale.trace(), tale.op(x)) is None
