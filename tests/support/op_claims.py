"""Whether what the op facts claim of a call is what PyTorch does in that call.

This asks PyTorch anew, with an oracle of its own: none of the code that measured the facts is used.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any

import torch
from torch import nn

from gradsight.autograd.op_facts import INDEX, Alias, ArgKind, Form, OpAnswer, answer, literal
from gradsight.autograd.values import Kind

NOTICED = re.compile("modified by an inplace operation|has been modified inplace")


def kind(dtype: Any) -> Kind:
    if dtype.is_complex:
        return Kind.COMPLEX
    if dtype.is_floating_point:
        return Kind.FLOAT
    return Kind.BOOLEAN if dtype is torch.bool else Kind.INTEGER


def kind_of(value: Any) -> ArgKind:
    if isinstance(value, torch.Tensor):
        return ArgKind(Form.TENSOR, kind(value.dtype))
    if isinstance(value, list | tuple) and (parts := list(tensors_in(value))):
        return ArgKind(Form.TENSORS, kind(parts[0].dtype))
    if isinstance(value, torch.dtype):
        return ArgKind(Form.DTYPE, kind(value))
    if isinstance(value, slice) or value is Ellipsis:
        return INDEX
    return literal(value)


def tensors_in(value: Any) -> Iterator[Any]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from tensors_in(item)


class Attempt:
    """One run of a call in which some slots require grad, and what came out."""

    def __init__(self, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], mask: str) -> None:
        self.slots: dict[str, list[Any]] = {}
        given = [self._copied(f"in:{index}", value, mask) for index, value in enumerate(args)]
        named = {name: self._copied(f"in:{name}", value, mask) for name, value in kwargs.items()}
        if isinstance(call, nn.Module):
            for name, tensor in call.named_parameters():
                tensor.requires_grad_(fnmatchcase(f"param:{name}", mask))
                self.slots.setdefault(f"param:{name}", []).append(tensor)
            for name, tensor in call.named_buffers():
                self.slots[f"buffer:{name}"] = [tensor]
        self.versions = {slot: [tensor._version for tensor in found] for slot, found in self.slots.items()}
        torch.default_generator.manual_seed(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.value = call(*given, **named)
        self.outputs = list(tensors_in(list(self.value) if hasattr(self.value, "__next__") else self.value))
        if self.value is None:
            self.outputs = [self.slots[slot][0] for slot in self.written()]
        # Used before any write that follows, as in a program.
        self.roots = [output.clone() for output in self.outputs if output.requires_grad]

    def _copied(self, slot: str, value: Any, mask: str) -> Any:
        if isinstance(value, torch.Tensor):
            copied = value.detach().clone().requires_grad_(slot == mask)
            # No leaf, so that ops in place may write to it.
            passed = copied.clone() if slot == mask else copied
            self.slots.setdefault(slot, []).append(passed)
            return passed
        if isinstance(value, list | tuple) and any(True for _ in tensors_in(value)):
            return type(value)(self._copied(slot, item, mask) for item in value)
        return value

    def written(self) -> list[str]:
        return [slot for slot, found in self.slots.items() if [x._version for x in found] != self.versions[slot]]

    def backward(self) -> str:
        """What backward says: an empty text if it worked."""
        try:
            torch.autograd.backward(self.roots, [torch.ones_like(root) for root in self.roots])
        except (RuntimeError, NotImplementedError) as error:
            return str(error)
        return ""

    def touch(self, slot: str) -> None:
        if slot.startswith("out:"):
            touched = self.outputs if self.many else [self.outputs[int(slot[4:])]]
        else:
            touched = [x for name, found in self.slots.items() if fnmatchcase(name, slot) for x in found]
        torch.autograd.graph.increment_version(touched)

    many = False


def disagreements(
    name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], construction: Any = None
) -> Iterator[str]:
    """What the facts claim of this call and PyTorch does not do."""
    found = answer(
        name, [kind_of(value) for value in args], {key: kind_of(value) for key, value in kwargs.items()}, construction
    )
    if found is None:
        yield "no answer"
        return
    Attempt.many = found.many
    plain = Attempt(call, args, kwargs, "")
    if not found.uncertain:
        yield from _shape(found, plain)
    for slot in _causes(plain):
        yield from _alone(found, call, args, kwargs, slot, plain)


def _causes(plain: Attempt) -> list[str]:
    """The slots that can require grad; numbered parameters by their pattern."""
    floating = [slot for slot, found in plain.slots.items() if all(x.dtype.is_floating_point for x in found)]
    return [slot for slot in floating if slot.startswith(("in:", "param:"))]


def _shape(found: OpAnswer, plain: Attempt) -> Iterator[str]:
    count = len(plain.outputs)
    if not found.many and count != len(found.outputs):
        yield f"{count} outputs, not {len(found.outputs)}"
        return
    for index, tensor in enumerate(plain.outputs):
        output = found.outputs[0 if found.many else index]
        if output.dtype is not None and output.dtype is not kind(tensor.dtype):
            yield f"output {index} is {tensor.dtype}"
        targets = plain.slots.get(output.alias_of or "", [])
        same = any(tensor is target for target in targets)
        shared = any(tensor.untyped_storage().data_ptr() == x.untyped_storage().data_ptr() for x in targets)
        inputs = [x for slot_tensors in plain.slots.values() for x in slot_tensors]
        fits = {
            Alias.NEW: all(tensor.untyped_storage().data_ptr() != x.untyped_storage().data_ptr() for x in inputs),
            Alias.VIEW: shared and not same,
            Alias.SAME: same,
            Alias.MAYBE: True,
            Alias.UNTRACKED: shared and not same,
        }
        if not fits[output.alias]:
            yield f"output {index} is not {output.alias}"
    written = plain.written()
    if sorted(written) != sorted(found.writes):
        yield f"writes {written}, not {found.writes}"


def _alone(
    found: OpAnswer, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any], slot: str, plain: Attempt
) -> Iterator[str]:
    """The claims about the case that only one slot requires grad."""
    errors = [error for error in found.errors if fnmatchcase(slot, error.slot)]
    try:
        attempt = Attempt(call, args, kwargs, slot)
    except (RuntimeError, NotImplementedError, TypeError) as error:
        if not any(claim.at_forward and claim.message[:40] in str(error) for claim in errors):
            yield f"{slot}: the call raises {error}"
        return
    if any(claim.at_forward and claim.certain for claim in errors):
        yield f"{slot}: the call does not raise"
    for index, tensor in enumerate(attempt.outputs if not found.uncertain else ()):
        output = found.outputs[0 if found.many else index]
        flows = any(fnmatchcase(slot, source) for source in output.from_slots)
        if output.differentiable is not None and tensor.requires_grad != flows:
            yield f"{slot}: output {index} {'requires' if tensor.requires_grad else 'does not require'} grad"
    if not any(output.requires_grad for output in attempt.outputs):
        return
    message = attempt.backward()
    raised = [claim for claim in errors if not claim.at_forward]
    if bool(message) and not any(claim.message[:40] in message for claim in raised):
        yield f"{slot}: backward raises {message}"
    if not message and any(claim.certain for claim in raised):
        yield f"{slot}: backward does not raise"
    if message:
        return
    freed = "second time" in attempt.backward()
    group = any(cause == "param:*" for entry in found.saved for cause in entry.when)
    if (
        not group
        and freed != any(fnmatchcase(slot, x) for entry in found.saved for x in entry.when)
        and all(entry.certain for entry in found.saved)
    ):
        yield f"{slot}: a second backward {'raises' if freed else 'does not raise'}"
    aliased = {index for index, output in enumerate(found.outputs) if output.alias is not Alias.NEW}
    targets = [*plain.slots, *(f"out:{i}" for i in range(len(found.outputs)) if i not in aliased)]
    for target in targets:
        claims = {
            entry.certain
            for entry in found.saved
            if fnmatchcase(target, entry.slot) and any(fnmatchcase(slot, cause) for cause in entry.when)
        }
        again = Attempt(call, args, kwargs, slot)
        again.touch(target)
        noticed = NOTICED.search(again.backward()) is not None
        if noticed and not claims:
            yield f"{slot}: {target} is saved, which is not said"
        if not noticed and True in claims and "*" not in str(found.saved):
            yield f"{slot}: {target} is not saved"
