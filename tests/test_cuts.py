"""Whom a missing gradient is blamed on."""

from __future__ import annotations

from gradsight.autograd.cuts import Blame, Blames, Origins
from gradsight.autograd.events import Cut
from gradsight.autograd.values import Value
from support.traces import Tale


def blames(tale: Tale, observed: bool = False) -> list[Blame]:
    training = tale.training(observed)
    return list(Blames(training.trace, training.backwards, training).each())


def trained(tale: Tale, *leaves: Value) -> int:
    return tale.optimizer(*leaves)


def test_a_root_without_graph_is_blamed_on_the_nearest_cut() -> None:
    tale = Tale()
    w = tale.leaf("w")
    cut = tale.op(tale.op(w), cut=Cut.DETACH)
    tale.backward(tale.op(cut))
    (blame,) = blames(tale)
    assert blame.raises and blame.cut.id == 3 and [leaf.name for leaf in blame.leaves] == ["w"]


def test_the_root_may_be_the_result_of_the_cut_itself() -> None:
    tale = Tale()
    w = tale.leaf("w")
    root = tale.op(w, cut=Cut.DETACH)
    tale.backward(root)
    assert [blame.cut.id for blame in blames(tale)] == [2]


def test_a_target_without_grad_is_not_blamed_beside_a_detached_prediction() -> None:
    tale = Tale()
    w = tale.leaf("w")
    target, prediction = tale.op(w, cut=Cut.GRAD_MODE), tale.op(tale.op(w), cut=Cut.DETACH)
    tale.backward(tale.op(target, prediction))
    assert [blame.kind for blame in blames(tale)] == [Cut.DETACH]


def test_what_somebody_trains_is_preferred() -> None:
    tale = Tale()
    other, w = tale.leaf("other"), tale.leaf("w")
    trained(tale, w)
    first, second = tale.op(other, cut=Cut.DETACH), tale.op(w, cut=Cut.DETACH)
    tale.backward(tale.op(first, second))
    assert [[leaf.name for leaf in blame.leaves] for blame in blames(tale)] == [["w"]]


def test_a_run_is_believed_when_it_raises_nothing() -> None:
    tale = Tale()
    tale.backward(tale.op(tale.leaf("w"), cut=Cut.DETACH))
    assert blames(tale, observed=True) == []


def starved(feed_elsewhere: bool = False, by_hand: bool = False, unseen: bool = False, steps: int = 1) -> list[Blame]:
    """`head(encoder(x).detach())` with both parts in one optimizer."""
    tale = Tale()
    encoder, head = tale.leaf("encoder"), tale.leaf("head")
    number = trained(tale, encoder, head)
    features = tale.op(encoder)
    if by_hand:
        tale.write(encoder)
    if unseen:
        tale.out_of_sight(encoder)
    tale.backward(tale.op(tale.op(features, cut=Cut.DETACH), head))
    if feed_elsewhere:
        tale.backward(tale.op(encoder))
    for _ in range(steps):
        tale.step(number, encoder, head)
    return blames(tale)


def test_a_starved_leaf_is_blamed_on_the_cut() -> None:
    (blame,) = starved()
    assert not blame.raises and [leaf.name for leaf in blame.leaves] == ["encoder"]


def test_a_leaf_that_gets_its_gradient_elsewhere_is_not_starved() -> None:
    assert starved(feed_elsewhere=True) == []


def test_a_leaf_that_nobody_steps_does_not_wait() -> None:
    assert starved(steps=0) == []


def test_a_leaf_that_the_program_updates_itself_does_not_wait() -> None:
    assert starved(by_hand=True) == []


def test_a_leaf_that_unseen_code_holds_may_be_trained_there() -> None:
    assert starved(unseen=True) == []


def test_a_cut_in_the_loss_of_another_optimizer_is_not_blamed() -> None:
    tale = Tale()
    generator, critic, other = tale.leaf("generator"), tale.leaf("critic"), tale.leaf("other")
    first, second = trained(tale, critic), trained(tale, generator)
    fake = tale.op(generator)
    tale.backward(tale.op(tale.op(fake, cut=Cut.DETACH), critic))
    tale.step(first, critic)
    tale.backward(tale.op(other))
    tale.step(second, generator)
    assert blames(tale) == []


def test_origins_look_through_every_cut() -> None:
    tale = Tale()
    w = tale.leaf("w")
    far = tale.op(tale.op(tale.op(w), cut=Cut.DETACH), cut=None)
    assert [leaf.name for leaf in Origins(tale.trace())(far).values()] == ["w"]
