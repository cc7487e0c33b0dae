"""What shape an op's result has, as far as it is certain.

A size that is not certain is None, and so is a shape of which not even the rank is certain: whoever asks wants to
know whether a result has exactly one element, and a wrong answer would make a false alarm.

>>> result_shape("torch.Tensor.sum", [Sized((None, 3))], {"dim": 0})
(3,)
>>> result_shape("torch.Tensor.__add__", [Sized((2, 1)), Sized((None,))], {})
(2, None)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from gradsight.static.shapes import elementwise, reductions
from gradsight.static.shapes.arguments import UNKNOWN, Answer, Argument, Call, Rule, Sized, Slice, Unknowable, Unknown

__all__ = ["UNKNOWN", "Answer", "Argument", "Sized", "Slice", "Unknown", "module_shape", "result_shape"]

_RULES: Final[dict[str, Rule]] = {**elementwise.RULES, **reductions.RULES}


def result_shape(name: str, arguments: Sequence[Argument], keywords: Mapping[str, Argument]) -> Answer:
    """The shape of what a call of the public dotted `name` gives; of a method, the first argument is the tensor."""
    key = name.removeprefix("torch.").removeprefix("Tensor.")
    rule = _RULES.get(key)
    if rule is None:
        return None
    try:
        return rule(Call.of(tuple(arguments), keywords))
    except Unknowable:
        return None


def module_shape(
    type: str, arguments: Sequence[Argument], keywords: Mapping[str, Argument], inputs: Sequence[Argument]
) -> Answer:
    """The shape of what a module of `torch.nn` gives for `inputs`, if it was built with these arguments."""
    return None
