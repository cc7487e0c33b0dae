"""Asks PyTorch what one call does to autograd.

*Saved* is decided by the only authority there is: run the call, mark one tensor as modified
(`torch.autograd.graph.increment_version` moves the counter that every in-place op moves, and works on
expanded tensors too), run backward, and see whether it says "modified by an inplace operation". Reading
`_saved_*` attributes of the graph would miss Python functions and blame tensors that were saved under
another version counter.

Each slot requires grad alone in turn: for every op known, a tensor is saved exactly if the mask of
slots that require grad meets a fixed set, and those single masks give that set.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import torch

from gradsight.autograd.op_facts_types import HIDDEN, ArgKind
from gradsight.autograd.values import Kind

from . import dtypes
from .subject import Change, Run, Subject, dtype_kind, group_of, walk

# The second: the graph holds one of several views that were made at once (of `in_proj_weight` in attention).
NOTICED = re.compile("modified by an inplace operation|has been modified inplace")
SECOND_TIME = "second time"
REFILLS = 10
# A gradient of fewer elements may be zero by chance.
FEWEST_ELEMENTS = 4

# Raised because of what the measurement feeds in: a gradient that singles out one of many equal
# decompositions, a layout that nothing in a program has.
_OF_THE_MEASUREMENT = re.compile(r"up to multiplication by|INTERNAL ASSERT")


class NotMeasurable(Exception):
    """The call does not work at all with these arguments."""


@dataclass
class Observation:
    """What one call did; slots are those of the subject, outputs ``>0``, ``>1``..."""

    categories: dict[str, ArgKind]
    slots: dict[str, Kind]
    returns: str = "-"
    depends: list[set[str]] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    dtypes: list[str] = field(default_factory=list)
    saved: dict[str, set[str]] = field(default_factory=dict)
    zero: set[str] = field(default_factory=set)
    """Slots whose gradient was zero, of those in `reached`."""
    reached: set[str] = field(default_factory=set)
    in_place: str = ""
    writes: tuple[str, ...] = ()
    errors: set[tuple[str, bool, str]] = field(default_factory=set)
    rejects_integer: bool | None = None
    leaf_write_raises: bool | None = None


@dataclass
class Result:
    """A call that was made."""

    run: Run
    value: Any
    outputs: list[torch.Tensor]


def make(run: Run, seed: int = 0) -> Result:
    # Not `torch.manual_seed`: that also prepares devices, which takes longer than most ops.
    torch.default_generator.manual_seed(seed)
    versions = [tensor._version for tensor in run.tensors.values()]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = run.call()
    outputs = outputs_of(value)
    if value is None:
        # A statement (``x[0] = y``): what it wrote is its result.
        written = zip(run.tensors.values(), versions, strict=True)
        outputs = [tensor for tensor, version in written if tensor._version != version]
    return Result(run, value, outputs)


def outputs_of(value: object) -> list[torch.Tensor]:
    """The tensors of a result; a packed sequence counts as the tensor of its data."""
    if isinstance(value, torch.nn.utils.rnn.PackedSequence):
        return [value.data]
    return [tensor for _, tensor in walk("", value)]


def structure(value: object, count: list[int] | None = None) -> str:
    """How the result is nested: ``(0(12))``; ``-`` for what is no tensor."""
    count = [0] if count is None else count
    if isinstance(value, torch.Tensor | torch.nn.utils.rnn.PackedSequence):
        count[0] += 1
        return str(count[0] - 1)
    if isinstance(value, list | tuple) and outputs_of(value):
        if isinstance(value, list) or len(value) > 8:
            return "*"
        return "(" + "".join(structure(item, count) for item in value) + ")"
    return "-"


def backward(result: Result, roots: list[torch.Tensor] | None = None) -> None:
    roots = [output for output in result.outputs if output.requires_grad] if roots is None else roots
    torch.default_generator.manual_seed(1)
    torch.autograd.backward(roots, [_some_gradient(root) for root in roots])


def _some_gradient(root: torch.Tensor) -> torch.Tensor:
    return torch.rand_like(root) + 0.5 if root.layout == torch.strided else root.detach().clone()


def first_line(error: BaseException) -> str:
    """The part of a message that does not speak of shapes."""
    text = str(error).strip().split("\n")[0].partition(": [torch.")[0]
    return re.sub(r"\s+", " ", text)[:140]


def observe(subject: Subject) -> Observation:
    """Everything that is measured of one call."""
    try:
        plain = make(subject.run(frozenset()))
    except Exception as error:
        raise NotMeasurable(first_line(error)) from error
    slots = {slot: dtype_kind(tensor.dtype) for slot, tensor in subject.slots().items()}
    seen = Observation(dict(subject.categories), slots, structure(plain.value))
    seen.depends = [set() for _ in plain.outputs]
    born = {index for index, output in enumerate(plain.outputs) if output.requires_grad}
    seen.aliases, seen.in_place, seen.writes = memory(subject, plain)
    floating = [slot for slot, kind in slots.items() if kind.can_require_grad]
    for group in _grouped(floating):
        _observe_alone(subject, group, seen, born)
    _observe_gradients(subject, floating, seen)
    if seen.in_place in floating:
        seen.leaf_write_raises = _leaf_raises(subject, seen.in_place)
    seen.dtypes, seen.rejects_integer = dtypes.rules(subject, plain.outputs, floating, _kinds)
    for index, alias in enumerate(seen.aliases):
        if alias.startswith("s:"):
            # The object itself: what was written into it has no say in its dtype.
            seen.dtypes[index] = f"p:{alias[2:]}"
    return seen


def memory(subject: Subject, plain: Result) -> tuple[list[str], str, tuple[str, ...]]:
    """How each output relates to the memory of the inputs, and which inputs were written."""
    before = subject.run(frozenset())
    versions = {slot: tensor._version for slot, tensor in before.tensors.items()}
    result = make(before)
    writes = tuple(slot for slot, tensor in before.tensors.items() if tensor._version != versions[slot])
    aliases = [_alias(output, before.tensors) for output in result.outputs]
    in_place = next((alias[2:] for alias in aliases if alias[:2] == "s:" and alias[2:] in writes), "")
    return aliases, in_place, writes


def _alias(output: torch.Tensor, tensors: dict[str, torch.Tensor]) -> str:
    for slot, tensor in tensors.items():
        if output is tensor:
            return f"s:{slot}"
    for slot, tensor in tensors.items():
        if tensor.layout != torch.strided or output.layout != torch.strided or not tensor.numel():
            continue
        if output.untyped_storage().data_ptr() == tensor.untyped_storage().data_ptr():
            version = output._version
            torch.autograd.graph.increment_version([tensor])
            return ("u:" if output._version == version else "v:") + slot
    return ""


def _grouped(slots: Iterable[str]) -> list[list[str]]:
    """Slots that are measured as one."""
    groups: dict[str, list[str]] = {}
    for slot in slots:
        groups.setdefault(group_of(slot), []).append(slot)
    return list(groups.values())


def _observe_alone(subject: Subject, group: list[str], seen: Observation, born: set[int]) -> None:
    """What happens if only one slot (or group) requires grad: differentiability, saved tensors, errors.

    The outputs in `born` require grad whatever the inputs do: they are leaves that the call makes.
    """
    mask = frozenset(group)
    try:
        result = make(subject.run(mask))
    except Exception as error:
        if _OF_THE_MEASUREMENT.search(str(error)):
            raise NotMeasurable(first_line(error)) from error
        seen.errors |= {(slot, True, first_line(error)) for slot in group}
        return
    requiring = [index for index, output in enumerate(result.outputs) if output.requires_grad and index not in born]
    if len(result.outputs) != len(seen.depends):
        raise NotMeasurable("the number of outputs depends on the run")
    for index in requiring:
        seen.depends[index] |= mask
        output = result.outputs[index]
        alias = seen.aliases[index]
        if alias.startswith("v:") and output._is_view() and _refuses_in_place(subject, mask, index):
            seen.aliases[index] = "V:" + alias[2:]
    if not requiring:
        return
    try:
        backward(result)
    except Exception as error:
        if not _OF_THE_MEASUREMENT.search(str(error)):
            seen.errors |= {(slot, False, first_line(error)) for slot in group}
        return
    try:
        backward(result)
    except RuntimeError as error:
        if SECOND_TIME in str(error):
            seen.saved.setdefault(HIDDEN, set()).update(group)
    except Exception:
        pass
    targets = [*seen.slots, *(f">{i}" for i, alias in enumerate(seen.aliases) if not alias)]
    if not _notices(subject, mask, targets):
        return
    for kept in _grouped(targets):
        if _notices(subject, mask, kept):
            for target in kept:
                seen.saved.setdefault(target, set()).update(group)


def _refuses_in_place(subject: Subject, mask: frozenset[str], index: int) -> bool:
    """Whether the output is one of several views that were made at once: then in-place ops refuse it."""
    output = make(subject.run(mask)).outputs[index]
    try:
        output.mul_(1)
    except RuntimeError as error:
        return "multi" in str(error)
    return False


def _notices(subject: Subject, mask: frozenset[str], targets: list[str]) -> bool:
    """Whether backward notices that the tensors in `targets` were modified after the call."""
    result = make(subject.run(mask))
    # Used before the write, as in a program: a view whose base is written loses its own place in the graph.
    roots = [output.clone() for output in result.outputs if output.requires_grad]
    for target in targets:
        tensor = result.outputs[int(target[1:])] if target[0] == ">" else result.run.tensors[target]
        torch.autograd.graph.increment_version([tensor])
    try:
        backward(result, roots)
    except RuntimeError as error:
        return NOTICED.search(str(error)) is not None
    return False


def _observe_gradients(subject: Subject, floating: list[str], seen: Observation) -> None:
    """Which slots are in the graph and get exact zeros, for several values of all tensors."""
    mask = frozenset(slot for slot in floating if any(slot in depends for depends in seen.depends))
    mask -= {slot for slot, _, _ in seen.errors}
    if not mask:
        return
    nonzero: set[str] = set()
    for refill in range(REFILLS):
        generator = torch.Generator().manual_seed(refill)
        try:
            result = make(subject.run(mask, change=lambda _, t: _refilled(t, refill, generator)), refill)  # noqa: B023
            backward(result)
        except Exception:
            continue
        seen.reached |= {slot for slot, leaf in result.run.leaves.items() if leaf.numel() >= FEWEST_ELEMENTS}
        nonzero |= {slot for slot, leaf in result.run.leaves.items() if leaf.grad is not None and _any(leaf.grad)}
        if nonzero == mask:
            break
    seen.reached |= nonzero
    seen.zero = seen.reached - nonzero


def _any(gradient: torch.Tensor) -> bool:
    return bool(((gradient.to_dense() if gradient.is_sparse else gradient) != 0).any())


def _refilled(tensor: torch.Tensor, refill: int, generator: torch.Generator) -> torch.Tensor:
    if refill == 0:
        return tensor
    if tensor.dtype is torch.bool:
        return torch.rand(tensor.shape, generator=generator) < 0.5
    if not tensor.dtype.is_floating_point:
        return tensor
    noise = torch.rand(tensor.shape, generator=generator, dtype=tensor.dtype)
    return tensor + (noise - 0.5) * refill**2 if refill % 2 else noise * 0.8 + 0.1


def _leaf_raises(subject: Subject, slot: str) -> bool:
    try:
        make(subject.run(frozenset({slot}), leaf=True))
    except RuntimeError:
        return True
    return False


def _kinds(subject: Subject, change: Change) -> list[Kind]:
    """The dtype kinds of the outputs when tensors are changed."""
    with torch.no_grad():
        return [dtype_kind(output.dtype) for output in make(subject.run(frozenset(), change=change)).outputs]
