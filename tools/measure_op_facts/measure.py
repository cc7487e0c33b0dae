"""Measures all ops and modules and grows their decision trees."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from gradsight.autograd.op_facts_rows import Signature

from . import samples
from .by_hand import HAND_ROWS
from .modules import measure_modules
from .oracle import NotMeasurable, Observation, observe
from .public import callables, words
from .signatures import signature
from .subject import OpCall, kind_of, walk
from .tree import grow, sample

# Ops that give back as many tensors as the arguments ask for, as a plain tuple.
MANY = words(
    "broadcast_tensors chunk dsplit gradient hsplit meshgrid split split_with_sizes tensor_split unbind "
    "unsafe_chunk unsafe_split unsafe_split_with_sizes vsplit"
)
MOST_CALLS = 36
SWITCHES = ("inplace", "training", "train", "return_indices", "hard")


@dataclass
class Measured:
    """All that goes into the data file."""

    ops: dict[str, tuple[str, Any]] = field(default_factory=dict)
    """Signature and decision tree by public name."""
    modules: dict[str, tuple[str, str, Any, Any]] = field(default_factory=dict)
    """Signatures of the call and of the constructor, decision trees of the call and of the contents."""


def everything(only: Collection[str] | None = None) -> Measured:
    """The measurement of the installed PyTorch; of some names only, if given."""
    torch.set_num_threads(1)
    found = Measured()
    calls = samples.collect()
    for name, function in callables().items():
        if (only and name not in only) or name in HAND_ROWS:
            continue
        entry = measured_op(name, function, samples.fitted(calls, name))
        if entry is not None:
            found.ops[name] = entry
    for name, hand in HAND_ROWS.items():
        if not only or name in only:
            found.ops[name] = hand
    found.modules = measure_modules(only)
    return found


def measured_op(name: str, function: Callable[..., Any], calls: list[samples.Call]) -> tuple[str, Any] | None:
    """Signature and tree of one op; None if no call works."""
    text = signature(name, function) if calls else None
    if text is None:
        return None
    parsed = Signature.parse(text)
    seen = []
    for args, kwargs in with_switches(samples.selected(calls, MOST_CALLS), parsed):
        observed = observed_call(function, args, kwargs, parsed)
        if observed is not None:
            seen.append(sample(observed, dict(parsed.defaults), name.rpartition(".")[2] in MANY))
    return (text, grow(seen)) if seen else None


def with_switches(calls: list[samples.Call], parsed: Signature) -> Iterator[samples.Call]:
    """The calls, and a few of them again with each switch that decides what autograd does."""
    yield from calls
    for switch in SWITCHES:
        if switch not in parsed.keywords:
            continue
        place = parsed.positional.index(switch) if switch in parsed.positional else len(parsed.positional)
        for value in (True, False):
            for args, kwargs in [call for call in calls if len(call[0]) <= place][:3]:
                yield args, {**kwargs, switch: value}


def observed_call(
    function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], parsed: Signature
) -> Observation | None:
    """One call through the oracle; None if it does not suit this callable."""
    parameters = []
    for position in range(len(args)):
        if position < len(parsed.positional):
            parameters.append(parsed.positional[position])
        elif parsed.star is not None:
            parameters.append(parsed.star)
        else:
            return None
    kwargs = {name: value for name, value in kwargs.items() if name != "out" or value is not None}
    kwargs = {name: value for name, value in kwargs.items() if name in parsed.keywords}
    if "out" in kwargs:
        return None
    given = dict(zip(parameters, args, strict=True))
    given.update({parsed.keywords[name]: value for name, value in kwargs.items()})
    if not any(True for _ in walk("", [*args, *kwargs.values()])):
        return None
    call = OpCall(function, args, kwargs, tuple(parameters), {name: kind_of(value) for name, value in given.items()})
    try:
        return observe(call)
    except NotMeasurable:
        return None
