"""Losses that apply softmax or sigmoid themselves, and what they are given."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.edges import constant, short
from gradsight.autograd.events import Applied, Mutated, Trace
from gradsight.autograd.values import Value

SOFTMAX_INSIDE = frozenset(["cross_entropy", "CrossEntropyLoss", "log_softmax", "LogSoftmax"])
SIGMOID_INSIDE = frozenset(
    ["binary_cross_entropy_with_logits", "BCEWithLogitsLoss", "MultiLabelSoftMarginLoss", "multilabel_soft_margin_loss"]
)
WANTS_LOGS = frozenset(["nll_loss", "NLLLoss"])
_PROBABILITIES = frozenset(["softmax", "Softmax", "Softmax2d", "sigmoid", "Sigmoid", "expit"])
CONCERNED = SOFTMAX_INSIDE | SIGMOID_INSIDE | WANTS_LOGS | {"softmax", "Softmax"}
"""Every op that may be given the wrong thing."""
_SCORES = frozenset(["Linear", "linear", "Conv1d", "Conv2d", "conv1d", "conv2d"])
_SAME_NUMBERS = frozenset(
    ["view", "reshape", "contiguous", "clone", "to", "float", "double", "flatten", "squeeze", "unsqueeze", "transpose",
     "t", "T", "mT", "permute", "getitem", "view_as", "reshape_as", "movedim", "swapaxes", "Identity", "Flatten",
     "Unflatten", "requires_grad_"]
)  # fmt: skip
_DEEPEST = 12


@dataclass(frozen=True, slots=True)
class Given:
    """What a loss is given instead of logits (or of log-probabilities)."""

    loss: Applied
    by: Applied
    """The op that made it."""
    inside: str
    """What the loss applies itself: `softmax` or `sigmoid`; `nothing` where it wants log-probabilities."""


def given(trace: Trace, loss: Applied, index: int = 0) -> Given | None:
    """What stands wrongly before a loss; `index` says which input is the one that it scores."""
    name = short(loss)
    inside = "softmax" if name in SOFTMAX_INSIDE else "sigmoid" if name in SIGMOID_INSIDE else None
    if inside is None and name not in WANTS_LOGS:
        return None
    if len(loss.inputs) <= index:
        return None
    by = source_of(trace, loss.inputs[index])
    if by is None:
        return None
    if short(by) in _PROBABILITIES:
        return Given(loss, by, inside or "nothing")
    return Given(loss, by, "nothing") if inside is None and short(by) in _SCORES else None


def is_probability(op: Applied) -> bool:
    """Whether an op gives probabilities."""
    return short(op) in _PROBABILITIES


def source_of(trace: Trace, value: Value) -> Applied | None:
    """The op that made the numbers of a value, seen through views and copies."""
    for _ in range(_DEEPEST):
        maker = trace.maker(value)
        if not isinstance(maker, Applied) or isinstance(maker, Mutated) or not maker.inputs:
            return None
        if short(maker) not in _SAME_NUMBERS:
            return maker
        value = maker.inputs[0]
    return None


def single_choice(trace: Trace, op: Applied) -> Applied | None:
    """The layer with one output over which a softmax (or a cross entropy) chooses: the choice is always the same."""
    name = short(op)
    if not op.inputs or op.inputs[0].shape is None:
        return None
    shape = op.inputs[0].shape
    if name in ("softmax", "Softmax", "log_softmax", "LogSoftmax"):
        dim = constant(op, "dim", "0" if name[0].isupper() else "1")
        if not isinstance(dim, int) or dim not in (-1, len(shape) - 1):
            return None
    elif name not in ("cross_entropy", "CrossEntropyLoss") or len(shape) != 2 or op.inputs[0] is op.inputs[-1]:
        return None
    if not shape or shape[-1] != 1:
        return None
    maker = trace.maker(op.inputs[0])
    return maker if isinstance(maker, Applied) and short(maker) in ("Linear", "linear") else None
