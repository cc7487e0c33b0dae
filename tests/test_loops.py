"""Gradients that pile up over steps, and gradients that are gone before their step."""

from __future__ import annotations

from gradsight.autograd.loops import erasures, pileups
from gradsight.autograd.values import Value
from support.traces import Tale


def loop(tale: Tale, parameters: list[Value], *round: str, times: int = 2, optimizer: int | None = None) -> int:
    """Rounds of `backward`, `step`, `clear`, each call at the same place in every round."""
    number = tale.optimizer(*parameters) if optimizer is None else optimizer
    for _ in range(times):
        for place, what in enumerate(round):
            if what == "backward":
                tale.backward(tale.op(*parameters), at=1000 + place)
            elif what == "step":
                tale.step(number, *parameters)
            elif what == "clear":
                tale.clear(*parameters)
            elif what == "unseen":
                tale.out_of_sight(*parameters)
            else:
                raise ValueError(what)
    return number


def piled(*round: str, times: int = 2) -> int:
    tale = Tale()
    loop(tale, [tale.leaf("w")], *round, times=times)
    return len(list(pileups(tale.training())))


def erased(*round: str, times: int = 2) -> int:
    tale = Tale()
    loop(tale, [tale.leaf("w")], *round, times=times)
    return len(list(erasures(tale.training())))


def test_steps_without_clearing_pile_up() -> None:
    assert piled("backward", "step") == 1
    assert piled("backward", "step", times=3) == 2


def test_clearing_anywhere_in_the_round_is_enough() -> None:
    assert piled("clear", "backward", "step") == 0
    assert piled("backward", "step", "clear") == 0


def test_code_out_of_sight_may_clear() -> None:
    assert piled("backward", "step", "unseen") == 0


def test_one_backward_several_times_per_step_is_meant() -> None:
    tale = Tale()
    w = tale.leaf("w")
    number = tale.optimizer(w)
    for _ in range(2):
        for _ in range(3):
            tale.backward(tale.op(w), at=1000)
        tale.step(number, w)
    assert not list(pileups(tale.training()))


def test_a_step_under_its_own_condition_is_meant() -> None:
    tale = Tale()
    w = tale.leaf("w")
    number = tale.optimizer(w)
    for arm in (1, 2):
        tale.branch = ()
        tale.backward(tale.op(w), at=1000)
        tale.branch = ((arm, 0),)
        tale.step(number, w)
    assert not list(pileups(tale.training()))


def test_clearing_of_other_parameters_does_not_help() -> None:
    tale = Tale()
    w, other = tale.leaf("w"), tale.leaf("other")
    number = tale.optimizer(w)
    for _ in range(2):
        tale.clear(other)
        tale.backward(tale.op(w), at=1000)
        tale.step(number, w)
    assert len(list(pileups(tale.training()))) == 1


def test_gradients_cleared_before_every_step_are_erased() -> None:
    assert erased("backward", "clear", "step") == 2


def test_a_second_backward_after_the_clearing_feeds_the_step() -> None:
    assert erased("backward", "clear", "backward", "step") == 0


def test_clearing_in_the_right_place_erases_nothing() -> None:
    assert erased("clear", "backward", "step") == 0
    assert erased("backward", "step", "clear") == 0


def test_a_step_that_found_gradients_shows_that_the_order_is_meant() -> None:
    tale = Tale()
    w = tale.leaf("w")
    number = loop(tale, [w], "backward", "clear", "step", times=1)
    loop(tale, [w], "backward", "step", times=1, optimizer=number)
    assert not list(erasures(tale.training()))


def test_clearing_a_part_of_the_gradients_leaves_the_rest() -> None:
    tale = Tale()
    w, b = tale.leaf("w"), tale.leaf("b")
    number = tale.optimizer(w, b)
    for _ in range(2):
        tale.backward(tale.op(w, b), at=1000)
        tale.clear(w)
        tale.step(number, w, b)
    assert not list(erasures(tale.training()))
