"""Losses: one number by default, one for each element or row with `reduction="none"`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gradsight.static.shapes.arguments import Answer, Call, Rule, Sizes, Unknowable, tensor_sizes
from gradsight.static.shapes.arithmetic import broadcast, known_rank


@dataclass(frozen=True, slots=True)
class _Loss:
    """A loss function of `torch.nn.functional`."""

    unreduced: Callable[[Call], Sizes]
    reduction: int | None
    """Where this argument stands; None: it is only given by name."""
    size_average: int | None = None
    reduce: int | None = None
    """The older flags, from before there was `reduction`."""

    def __call__(self, call: Call) -> Answer:
        averaged, reduced = call.get(self.size_average, "size_average"), call.get(self.reduce, "reduce")
        reduction = call.get(self.reduction, "reduction")
        if averaged is not None or reduced is not None:
            if not isinstance(averaged, bool | None) or not isinstance(reduced, bool | None):
                raise Unknowable
            reduction = "none" if reduced is False else "mean"
        if reduction is None or reduction in ("mean", "sum", "batchmean"):
            return ()
        if reduction != "none":
            raise Unknowable
        return self.unreduced(call)


def _elementwise(call: Call) -> Sizes:
    weights = (call.get(None, name) for name in ("weight", "pos_weight"))
    given = [tensor_sizes(item) for item in weights if item is not None]
    return broadcast(call.shape(), call.operand(1, "target"), *given)


def _weighted(call: Call) -> Sizes:
    """Where a weight may be the third argument."""
    weight = call.get(2, "weight")
    return broadcast(_elementwise(call), () if weight is None else tensor_sizes(weight))


def _open(call: Call) -> Sizes:
    raise Unknowable


def _by_class(call: Call) -> Sizes:
    """The dimension of the classes goes: (C), (N, C) or (N, C, d1, d2, ...)."""
    shape = call.shape()
    if not shape:
        raise Unknowable
    return () if len(shape) == 1 else (shape[0], *shape[2:])


def _by_row(call: Call) -> Sizes:
    """One number for each row of classes: (C) or (N, C)."""
    return known_rank(call.shape(), 1, 2)[:-1]


def _without_last(call: Call) -> Sizes:
    shape = call.shape()
    if not shape:
        raise Unknowable
    return shape[:-1]


def _ranking(call: Call) -> Sizes:
    return broadcast(call.shape(0, "input1"), call.shape(1, "input2"), call.operand(2, "target"))


def _by_cosine(call: Call) -> Sizes:
    return broadcast(call.shape(0, "input1"), call.shape(1, "input2"))[:-1]


def _triplet(call: Call) -> Sizes:
    shape = broadcast(call.shape(0, "anchor"), call.shape(1, "positive"), call.shape(2, "negative"))
    if not shape:
        raise Unknowable
    return shape[:-1]


def _by_sequence(call: Call) -> Sizes:
    shape = known_rank(call.shape(0, "log_probs"), 2, 3)
    return (shape[1],) if len(shape) == 3 else ()


_LOSSES: Final[dict[str, _Loss]] = {
    "mse_loss": _Loss(_elementwise, 4, 2, 3),
    "l1_loss": _Loss(_elementwise, 4, 2, 3),
    "smooth_l1_loss": _Loss(_elementwise, 4, 2, 3),
    "huber_loss": _Loss(_elementwise, 2),
    "soft_margin_loss": _Loss(_elementwise, 4, 2, 3),
    "poisson_nll_loss": _Loss(_elementwise, 7, 4, 6),
    "gaussian_nll_loss": _Loss(_elementwise, 5),
    "hinge_embedding_loss": _Loss(_elementwise, 5, 3, 4),
    "kl_div": _Loss(_elementwise, 4, 2, 3),
    "binary_cross_entropy": _Loss(_weighted, 5, 3, 4),
    "binary_cross_entropy_with_logits": _Loss(_weighted, 5, 3, 4),
    "cross_entropy": _Loss(_by_class, 6, 3, 5),
    "nll_loss": _Loss(_by_class, 6, 3, 5),
    "multi_margin_loss": _Loss(_by_row, 7, 5, 6),
    "multilabel_margin_loss": _Loss(_by_row, 4, 2, 3),
    "multilabel_soft_margin_loss": _Loss(_without_last, 5, 3, 4),
    "margin_ranking_loss": _Loss(_ranking, 6, 4, 5),
    "cosine_embedding_loss": _Loss(_by_cosine, 6, 4, 5),
    "triplet_margin_loss": _Loss(_triplet, 9, 7, 8),
    "triplet_margin_with_distance_loss": _Loss(_triplet, None),
    "linear_cross_entropy": _Loss(_open, None),
    "ctc_loss": _Loss(_by_sequence, 5),
}

RULES: Final[dict[str, Rule]] = {f"nn.functional.{name}": loss for name, loss in _LOSSES.items()}
