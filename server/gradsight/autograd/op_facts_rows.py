"""The format of the op facts: how a row is written in the data file, chosen for a call, and joined with others.

One *row* says what a call does when its arguments have certain categories. The rows of an op hang in
a small decision tree that asks for the category of one parameter at a time, and only for those that
made a difference in the measurements::

    ["exponent", {"T": 12, "n": 40}]      # a tensor exponent: row 12; a number: row 40

Categories: ``T`` floating tensor, ``I`` integer or bool tensor, ``L`` sequence of tensors, ``n`` number,
``n0`` the float 0.0, ``b0``/``b1`` False/True, ``s:mean`` that string, ``N`` None, ``d:float`` a dtype
of that kind, ``:`` a basic index, ``o`` anything else, ``-`` not given,
``*`` any that has no branch of its own; ``s:`` also stands for any
string that is no identifier (an equation).

In a row, slots carry the names of parameters (``input``), of the parts of a module (``param:weight``)
or of outputs (``>0``); a set of slots is a string of names with spaces between, where ``?`` before a
name means "in some of the measurements" and ``~`` means "another tensor of the same sequence".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gradsight.autograd.op_facts_types import NO_VALUE, ArgKind, Form
from gradsight.autograd.values import Kind

Tree: TypeAlias = int | list[Any]
ABSENT = "-"
ANY = "*"
TENSOR_CATEGORIES = frozenset({"T", "I", "L"})

# Where a tree has no branch for a category, the nearest one that behaves alike for autograd.
NEAREST = {"n0": "n", "I": "T", ":": "o"}

Names: TypeAlias = Mapping[str, bool]
"""A set of slots: the name, and whether it was so in every measurement."""


def category(kind: ArgKind) -> str | None:
    """The one category of an argument, or None where several are possible."""
    form, value = kind.form, kind.value
    if form is Form.TENSOR:
        if kind.dtype is None:
            return None
        return "T" if kind.dtype.can_require_grad else "I"
    if form is Form.NUMBER:
        if value is NO_VALUE:
            return None
        return "n0" if isinstance(value, float) and value == 0.0 else "n"
    if form is Form.BOOL:
        return None if value is NO_VALUE else ("b1" if value else "b0")
    if form is Form.STRING:
        return None if value is NO_VALUE else f"s:{value}" if str(value).isidentifier() else "s:"
    if form is Form.DTYPE:
        return None if kind.dtype is None else f"d:{kind.dtype.value}"
    return {Form.TENSORS: "L", Form.NONE: "N", Form.INDEX: ":", Form.OTHER: "o"}.get(form)


# What a category starts with, by form, for arguments whose category is not known.
_PREFIXES = {
    Form.TENSOR: ("T", "I"),
    Form.NUMBER: ("n",),
    Form.BOOL: ("b",),
    Form.STRING: ("s:",),
    Form.DTYPE: ("d:",),
    Form.UNKNOWN: ("",),
}


def possible(kind: ArgKind, branches: Collection[str]) -> list[str]:
    """The branches that an argument may take; all of them where none was made for it."""
    exact = category(kind)
    if exact is None:
        fitting = [name for name in branches if name != ABSENT and name.startswith((*_PREFIXES[kind.form], ANY))]
    else:
        fitting = [name for name in (exact, NEAREST.get(exact, exact), ANY) if name in branches][:1]
    return fitting or list(branches)


@dataclass(frozen=True, slots=True)
class Signature:
    """The parameters of an op or a module, as far as a call can name them."""

    positional: tuple[str, ...]
    keywords: Mapping[str, str]
    """Every name that a keyword argument may have, and the parameter it means."""
    star: str | None
    """The parameter that takes all further positional arguments."""
    defaults: Mapping[str, str]
    """The category of a parameter that is not given, where it is not simply absent."""

    @classmethod
    def parse(cls, text: str) -> Signature:
        """Reads ``input|self,dim|other=N,*sizes,/,out``; what follows ``/`` is given by keyword only."""
        positional: list[str] = []
        keywords: dict[str, str] = {}
        defaults: dict[str, str] = {}
        star: str | None = None
        by_keyword = False
        for part in filter(None, text.split(",")):
            if part == "/":
                by_keyword = True
                continue
            names, _, default = part.partition("=")
            if names.startswith("*"):
                star = names = names[1:]
            first, *_ = spelled = names.split("|")
            keywords.update(dict.fromkeys(spelled, first))
            if default:
                defaults[first] = default
            if not by_keyword and first != star:
                positional.append(first)
        return cls(tuple(positional), keywords, star, defaults)


Bound: TypeAlias = dict[str, list[tuple[str, ArgKind]]]
"""What each parameter was given: (the slot in the caller's terms, what is known of it)."""

# PyTorch accepts NumPy's names for these parameters wherever it has its own.
_NUMPY_NAMES = {"axis": "dim", "keepdims": "keepdim", "x": "input", "a": "input", "x1": "input", "x2": "other"}


def bind(signature: Signature, arguments: Sequence[ArgKind], keywords: Mapping[str, ArgKind]) -> Bound | None:
    """Gives each argument its parameter; None where the call does not fit the signature."""
    bound: Bound = {}
    for position, kind in enumerate(arguments):
        if position < len(signature.positional):
            parameter = signature.positional[position]
        elif signature.star is not None:
            parameter = signature.star
        else:
            return None
        bound.setdefault(parameter, []).append((f"in:{position}", kind))
    for name, kind in keywords.items():
        found = signature.keywords.get(name) or signature.keywords.get(_NUMPY_NAMES.get(name, ""))
        if found is None or found in bound:
            return None
        bound[found] = [(f"in:{name}", kind)]
    return bound


@dataclass(slots=True)
class RowOutput:
    """One output of a row: from which slots it requires grad, what it aliases, its dtype rule."""

    depends: Names
    alias: str
    """Empty for new memory, else a letter and a slot: ``v:input`` (see `ALIASES`)."""
    dtype: str
    """A letter and slots: ``p:input other`` promotes, ``f:`` also makes integers floating, ``w:`` makes
    bools integers, ``q:`` is ``p:`` or ``w:``; ``F`` ``C`` ``I`` ``B`` is always that kind; empty: not known."""


@dataclass(slots=True)
class Row:
    """What a call does, in terms of parameters."""

    returns: str
    """``0``, ``(01)``, ``(0(12))``; ``*`` a sequence of outputs 0; ``-`` no tensor; ``?`` not known."""
    outputs: list[RowOutput] = field(default_factory=list)
    saved: dict[str, Names] = field(default_factory=dict)
    zero: frozenset[str] = frozenset()
    in_place: str = ""
    writes: tuple[str, ...] = ()
    errors: dict[tuple[str, bool, str], bool] = field(default_factory=dict)
    """(slot that requires grad, raised by the call itself, message): in every measurement?"""
    rejects_integer: bool | None = None
    leaf_write_raises: bool | None = None
    uncertain: bool = False

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> Row:
        """Reads one entry of the file's ``rows``."""
        return cls(
            returns=data["r"],
            outputs=[RowOutput(names(depends), alias, dtype) for depends, alias, dtype in data.get("o", ())],
            saved={slot: names(when) for slot, when in data.get("s", {}).items()},
            zero=frozenset(data.get("z", "").split()),
            in_place=data.get("p", ""),
            writes=tuple(data.get("w", "").split()),
            errors={
                (slot.lstrip("?"), bool(forward), message): slot[0] != "?"
                for slot, forward, message in data.get("e", ())
            },
            rejects_integer=_flag(data.get("i")),
            leaf_write_raises=_flag(data.get("l")),
        )


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def names(text: str) -> dict[str, bool]:
    """Reads a set of slots: ``"input ?other"``."""
    return {name.lstrip("?"): not name.startswith("?") for name in text.split()}


def leaves(
    tree: Tree, bound: Bound, defaults: Mapping[str, str], not_tensors: frozenset[str] = frozenset()
) -> Iterator[tuple[int, frozenset[str]]]:
    """The rows that a call may meet, each with the parameters that are no tensors on the way to it."""
    if isinstance(tree, int):
        yield tree, not_tensors
        return
    parameter, branches = tree
    if parameter in bound:
        chosen = possible(bound[parameter][0][1], branches)
    else:
        default = defaults.get(parameter, ABSENT)
        chosen = [name for name in (default, ABSENT) if name in branches][:1] or list(branches)
    for name in chosen:
        excluded = not_tensors if name in TENSOR_CATEGORIES or name == ANY else not_tensors | {parameter}
        yield from leaves(branches[name], bound, defaults, excluded)


def join(candidates: Sequence[tuple[Row, frozenset[str]]]) -> Row:
    """What holds whichever of the rows is met; the sets beside them name parameters that are no tensors there.

    A row in which a slot is no tensor says nothing about that slot, so it cannot make it uncertain.
    """
    (first, _), *others = candidates
    if not others:
        return first
    every = [row for row, _ in candidates]
    same_outputs = len({(row.returns, len(row.outputs)) for row in every}) == 1
    same_writes = len({(row.in_place, row.writes) for row in every}) == 1
    saved_slots = dict.fromkeys(slot for row in every for slot in row.saved)
    return Row(
        returns=first.returns if same_outputs else "?",
        outputs=[_join_outputs(candidates, i) for i in range(len(first.outputs))] if same_outputs else [],
        saved={
            slot: _join_names(
                [(row.saved.get(slot, {}), out | {slot} if slot in out else out) for row, out in candidates], slot
            )
            for slot in saved_slots
        },
        zero=frozenset.intersection(*(row.zero for row in every)),
        in_place=first.in_place if same_writes else "",
        writes=first.writes if same_writes else (),
        errors={
            error: all(row.errors.get(error, error[0] in out) for row, out in candidates)
            for error in dict.fromkeys(error for row in every for error in row.errors)
        },
        rejects_integer=_agreed([row.rejects_integer for row in every]),
        leaf_write_raises=_agreed([row.leaf_write_raises for row in every]),
        uncertain=not (same_outputs and same_writes),
    )


def _agreed(values: Sequence[bool | None]) -> bool | None:
    return values[0] if all(value == values[0] for value in values) else None


def _join_names(sets: Sequence[tuple[Names, frozenset[str]]], owner: str = "") -> dict[str, bool]:
    """A name is certain where every row that can speak of it (and of the slot it belongs to) is certain of it."""
    joined: dict[str, bool] = {}
    for name in dict.fromkeys(name for found, _ in sets for name in found):
        bare = name.lstrip("~")
        joined[name] = all(found.get(name, False) for found, out in sets if bare not in out and owner not in out)
    return joined


def _join_outputs(candidates: Sequence[tuple[Row, frozenset[str]]], index: int) -> RowOutput:
    outputs = [row.outputs[index] for row, _ in candidates]
    aliases = {output.alias for output in outputs}
    targets = {alias[2:] for alias in aliases if alias}
    if len(aliases) == 1:
        alias = outputs[0].alias
    else:
        alias = "m:" + (targets.pop() if len(targets) == 1 else "")
    return RowOutput(
        depends=_join_names([(row.outputs[index].depends, out) for row, out in candidates]),
        alias=alias,
        dtype=outputs[0].dtype if len({output.dtype for output in outputs}) == 1 else "",
    )


def result_kind(rule: str, bound: Bound) -> Kind | None:
    """The dtype kind of an output, from the rule of its row and the arguments that were given."""
    letter, _, parameters = rule.partition(":")
    if letter in _CONSTANT:
        return _CONSTANT[letter]
    if letter not in ("p", "f", "w", "q"):
        return None
    kinds = [_kind_of(kind) for name in parameters.split() for _, kind in bound.get(name, ())]
    if not kinds or (None in kinds and Kind.COMPLEX not in kinds and Kind.FLOAT not in kinds):
        return None
    widest = max((kind for kind in kinds if kind is not None), key=_WIDTH.index)
    if letter == "f" and not widest.can_require_grad:
        return Kind.FLOAT
    if widest is Kind.BOOLEAN and letter in ("w", "q"):
        return Kind.INTEGER if letter == "w" else None
    return widest


_WIDTH = (Kind.BOOLEAN, Kind.INTEGER, Kind.FLOAT, Kind.COMPLEX)
_CONSTANT = {"F": Kind.FLOAT, "C": Kind.COMPLEX, "I": Kind.INTEGER, "B": Kind.BOOLEAN}


def _kind_of(kind: ArgKind) -> Kind | None:
    if kind.form in (Form.TENSOR, Form.TENSORS):
        return kind.dtype
    if kind.form is Form.BOOL:
        return Kind.BOOLEAN
    if kind.form is Form.NUMBER and isinstance(kind.value, int | float):
        return Kind.INTEGER if isinstance(kind.value, int) else Kind.FLOAT
    return None
