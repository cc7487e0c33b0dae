"""By which rule the dtype of an output follows from the arguments: measured by casting them."""

from __future__ import annotations

import re
from collections.abc import Callable

import torch

from gradsight.autograd.op_facts_types import Form
from gradsight.autograd.values import Kind

from .subject import Change, Subject, dtype_kind

Ask = Callable[[Subject, Change], list[Kind]]
"""Calls a subject with changed tensors and tells the kinds of its outputs."""

WEAK = "*"
"""Before a rule that was seen without any floating input: others know better."""

_ABOUT_DTYPES = re.compile(
    r"dtype|not implemented for|\b(Long|Int|Bool|Float|Double)\b|integ|float|scalar type|type|bool", re.IGNORECASE
)


def rules(
    subject: Subject, outputs: list[torch.Tensor], floating: list[str], ask: Ask
) -> tuple[list[str], bool | None]:
    """The rule of each output (see `RowOutput.dtype`), and whether integer tensors are rejected."""
    natural = [dtype_kind(output.dtype) for output in outputs]
    letters = [kind.name[0] for kind in natural]
    # The parts of a module are floating whatever it is called on: only the inputs can decide.
    inputs = [slot for slot in floating if ":" not in slot]
    if floating and not inputs:
        return letters, None
    floating = inputs
    if any(kind.form is Form.DTYPE for kind in subject.categories.values()):
        return letters, None
    if not floating:
        return [WEAK + letter for letter in letters], None
    integer, message = cast(subject, floating, torch.int64, ask)
    numbers: list[str] = []
    whole = subject.with_numbers(float, lambda value: int(value) + 1)
    if whole is not None:
        as_whole, message_of_whole = cast(whole[0], floating, torch.int64, ask)
        if integer is None:
            integer, message = as_whole, message_of_whole
        elif as_whole is not None and as_whole != integer:
            integer, numbers = as_whole, whole[1]
    boolean, _ = cast(subject, floating, torch.bool, ask)
    flags = subject.with_numbers(int, bool)
    if flags is not None and boolean is not None:
        as_flags, _ = cast(flags[0], floating, torch.bool, ask)
        if as_flags is not None and as_flags != boolean:
            boolean, numbers = as_flags, [*numbers, *flags[1]]
    found = [
        _rule(subject, floating, index, kind, _at(integer, index), _at(boolean, index), ask)
        for index, kind in enumerate(natural)
    ]
    rejects = False if integer is not None else (True if _ABOUT_DTYPES.search(message) else None)
    return [" ".join([rule, *numbers]) if ":" in rule else rule for rule in found], rejects


def _at(kinds: list[Kind] | None, index: int) -> Kind | None:
    return kinds[index] if kinds is not None and index < len(kinds) else None


def cast(subject: Subject, slots: list[str], dtype: torch.dtype, ask: Ask) -> tuple[list[Kind] | None, str]:
    """The kinds of the outputs when these slots are given another dtype, or why that does not work."""

    def change(slot: str, tensor: torch.Tensor) -> torch.Tensor:
        return (tensor.real * 3).to(dtype) if slot in slots else tensor

    try:
        return ask(subject, change), ""
    except Exception as error:
        return None, str(error)


def _rule(
    subject: Subject,
    floating: list[str],
    index: int,
    kind: Kind,
    as_integer: Kind | None,
    as_boolean: Kind | None,
    ask: Ask,
) -> str:
    if kind is Kind.BOOLEAN or (kind is Kind.INTEGER and as_integer in (kind, None)):
        return kind.name[0]
    complex_inputs = [slot for slot in floating if subject.slots()[slot].is_complex()]
    if kind is Kind.COMPLEX and not complex_inputs:
        return "C"
    if kind is Kind.FLOAT and complex_inputs:
        return "F"
    if as_integer is Kind.FLOAT:
        letter = "f"
    elif as_integer is Kind.INTEGER and as_boolean is Kind.INTEGER:
        letter = "w"
    else:
        letter = "p"
    for slot in floating if len(floating) > 1 else ():
        if _at(cast(subject, [slot], torch.int64, ask)[0], index) is Kind.INTEGER:
            return f"{letter}:{slot}"
    return f"{letter}:{' '.join(floating)}"
