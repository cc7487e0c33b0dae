"""What each PyTorch operation does to autograd, answered from measured data.

The data file beside this module was produced by running PyTorch: every public callable was called, a
tensor it might have kept was marked as modified, and ``backward()`` was asked whether it noticed
(``tools/measure_op_facts`` does that and explains how). This module never imports torch. It reads the
file at the first question and answers for one *call*: a name, and what is known of its arguments.

Unknown stays unknown: a name that was not measured, or a call that does not fit the signature, answers
None. Where the measurements differ within what is known of the call (an argument of unknown kind, a
view that depends on the memory layout) the answer says so: ``certain=False`` on a saved slot,
``differentiable=None``, ``Alias.MAYBE``, ``uncertain``.

>>> [(saved.slot, sorted(saved.when)) for saved in answer("torch.Tensor.mul", [TENSOR, TENSOR]).saved]
[('in:0', ['in:1']), ('in:1', ['in:0'])]
>>> [saved.slot for saved in answer("torch.nn.functional.linear", [TENSOR, TENSOR], {"bias": TENSOR}).saved]
['in:0', 'in:1']
>>> answer("torch.exp", [TENSOR]).saves("out:0")
frozenset({'in:0'})
>>> answer("torch.no_such_thing", [TENSOR]) is None
True
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from gradsight.autograd.op_facts_rows import (
    Bound,
    Names,
    Row,
    RowOutput,
    Signature,
    bind,
    category,
    join,
    leaves,
    result_kind,
)
from gradsight.autograd.op_facts_types import (
    BOOL_TENSOR,
    HIDDEN,
    INDEX,
    INT_TENSOR,
    NO_VALUE,
    NUMBER,
    OTHER,
    TENSOR,
    TENSOR_OF_ANY_DTYPE,
    TENSORS,
    UNKNOWN,
    Alias,
    ArgKind,
    Construction,
    Form,
    GradError,
    OpAnswer,
    Output,
    Returns,
    SavedSlot,
    Slot,
    literal,
)

__all__ = [
    "BOOL_TENSOR",
    "HIDDEN",
    "INDEX",
    "INT_TENSOR",
    "NO_VALUE",
    "NUMBER",
    "OTHER",
    "TENSOR",
    "TENSORS",
    "TENSOR_OF_ANY_DTYPE",
    "UNKNOWN",
    "Alias",
    "ArgKind",
    "Construction",
    "Form",
    "GradError",
    "OpAnswer",
    "Output",
    "Returns",
    "SavedSlot",
    "Slot",
    "answer",
    "functional_twin",
    "in_place_twin",
    "is_module",
    "known_names",
    "literal",
    "measured_version",
    "module_buffers",
    "module_parameters",
]

DATA_FILE = Path(__file__).with_name("op_facts.json")

_OUT_MESSAGE = (
    "functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad."
)
_ALIASES = {"v": Alias.VIEW, "V": Alias.VIEW, "s": Alias.SAME, "m": Alias.MAYBE, "M": Alias.MAYBE, "u": Alias.UNTRACKED}
_MULTI_VIEW = frozenset("VM")
_NEVER_TENSORS = (Form.NUMBER, Form.BOOL, Form.STRING, Form.NONE, Form.DTYPE, Form.OTHER)


def answer(
    name: str,
    arguments: Sequence[ArgKind],
    keywords: Mapping[str, ArgKind] | None = None,
    construction: Construction | None = None,
) -> OpAnswer | None:
    """What a call does to autograd; None if nothing was measured that fits it.

    `name` is the public dotted name: ``torch.exp``, ``torch.Tensor.add_``, ``torch.Tensor.__iadd__``,
    ``torch.nn.functional.relu``; a property is asked like a method (``torch.Tensor.T``). For a method
    the first argument is ``self``. The name of a module class (``torch.nn.Linear``) asks for a call of
    such a module: `arguments` are what it is called on, `construction` is how it was built and whether
    it is in training mode; what is left out of it is unknown, so the answer holds for every mode.

    The answer's slots repeat the call as it was written: ``in:2`` if the bias was given by position,
    ``in:bias`` if by keyword. `OpAnswer.bound` tells which parameter each one is.
    """
    return _answer(canonical(name), tuple(arguments), tuple((keywords or {}).items()), construction)


def is_module(name: str) -> bool:
    """Whether this is a module class of ``torch.nn`` that was measured."""
    return canonical(name) in _data()["modules"]


def module_parameters(name: str, construction: Construction | None = None) -> tuple[str, ...] | None:
    """The parameters a module of this class registers: ``("weight", "bias")`` for a Linear.

    Names that are numbered by the construction come as a pattern for ``fnmatch``: ``weight_ih_l*``.
    Without a construction: all that such a module may have. None: not a measured class, or they depend
    on an argument that is not known (``bias=flag``).
    """
    return _contents(name, construction, 0)


def module_buffers(name: str, construction: Construction | None = None) -> tuple[str, ...] | None:
    """The buffers, in the same form as `module_parameters`: ``running_mean`` of a BatchNorm."""
    return _contents(name, construction, 1)


def functional_twin(name: str) -> str | None:
    """The op that computes what an in-place one writes: ``torch.Tensor.add_`` -> ``torch.Tensor.add``."""
    owner, _, last = canonical(name).rpartition(".")
    if last.startswith("__i") and last.endswith("__"):
        twin = f"{owner}.__{last[3:]}"
    elif last.endswith("_") and not last.endswith("__"):
        twin = f"{owner}.{last[:-1]}"
    else:
        return None
    return twin if twin in _data()["ops"] else None


def in_place_twin(name: str) -> str | None:
    """The op that writes in place what this one computes: ``torch.Tensor.add`` -> ``torch.Tensor.add_``."""
    owner, _, last = canonical(name).rpartition(".")
    if last.startswith("__") and last.endswith("__"):
        twin = f"{owner}.__i{last[2:]}"
    else:
        twin = f"{owner}.{last}_"
    return twin if twin in _data()["ops"] else None


def known_names() -> frozenset[str]:
    """Every op and module class that `answer` knows."""
    return frozenset(_data()["ops"]) | frozenset(_data()["modules"])


def measured_version() -> str:
    """The version of PyTorch that was measured: ``2.13.0``."""
    return str(_data()["torch"])


def canonical(name: str) -> str:
    """The name under which an op or module is kept: ``torch.nn.modules.linear.Linear`` is ``torch.nn.Linear``."""
    if name.startswith("torch.nn.modules."):
        return "torch.nn." + name.rpartition(".")[2]
    if name.startswith("torch.functional."):
        return "torch." + name.rpartition(".")[2]
    return name


@cache
def _data() -> dict[str, Any]:
    with DATA_FILE.open(encoding="utf-8") as file:
        return dict(json.load(file))


@cache
def _signature(index: int) -> Signature:
    return Signature.parse(_data()["signatures"][index])


@cache
def _row(index: int) -> Row:
    return Row.decode(_data()["rows"][index])


@lru_cache(maxsize=4096)
def _answer(
    name: str,
    arguments: tuple[ArgKind, ...],
    keywords: tuple[tuple[str, ArgKind], ...],
    construction: Construction | None,
) -> OpAnswer | None:
    data = _data()
    if name in data["ops"]:
        signature_index, tree = data["entries"][data["ops"][name]]
        built: Bound = {}
    elif name in data["modules"]:
        signature_index, constructor_index, tree, _ = data["modules"][name]
        found = _bind_construction(constructor_index, construction)
        if found is None:
            return None
        built = found
    else:
        return None
    signature = _signature(signature_index)
    bound = bind(signature, arguments, dict(keywords))
    if bound is None:
        return None
    defaults = dict(signature.defaults)
    if name in data["modules"]:
        defaults.update(_constructor_defaults(data["modules"][name][1]))
    candidates = [(_row(index), excluded) for index, excluded in dict.fromkeys(leaves(tree, bound | built, defaults))]
    row = join(candidates)
    return _with_out(_translate(name, row, bound), bound)


def _contents(name: str, construction: Construction | None, part: int) -> tuple[str, ...] | None:
    entry = _data()["modules"].get(canonical(name))
    if entry is None:
        return None
    _, constructor_index, _, tree = entry
    built = _bind_construction(constructor_index, construction)
    if built is None:
        return None
    found = [index for index, _ in leaves(tree, built, _constructor_defaults(constructor_index))]
    answers = list(dict.fromkeys(tuple(_data()["contents"][index][part].split()) for index in found))
    if construction is None:
        return max(answers, key=len)
    return answers[0] if len(answers) == 1 else None


def _constructor_defaults(index: int) -> dict[str, str]:
    return {f"ctor.{name}": kind for name, kind in _signature(index).defaults.items()}


def _bind_construction(index: int, construction: Construction | None) -> Bound | None:
    """The constructor's arguments and the training mode, as what the decision tree may ask for."""
    signature = _signature(index)
    if construction is None:
        unknown = [("", UNKNOWN)]
        return {f"ctor.{name}": unknown for name in signature.keywords.values()} | {"training": unknown}
    bound = bind(signature, construction.arguments, dict(construction.keywords))
    if bound is None:
        return None
    mode = ArgKind(Form.BOOL) if construction.training is None else literal(construction.training)
    return {f"ctor.{name}": given for name, given in bound.items()} | {"training": [("", mode)]}


def _translate(name: str, row: Row, bound: Bound) -> OpAnswer:
    """Turns a row, which speaks of parameters, into an answer, which speaks of the call as written."""
    outputs = tuple(_output(output, bound) for output in row.outputs)
    saved = [entry for slot, when in row.saved.items() for entry in _saved(slot, when, bound)]
    saved.sort(key=lambda entry: (_place(entry.slot, bound), not entry.certain))
    in_place = _slots(row.in_place, bound)
    return OpAnswer(
        name=name,
        returns=0 if row.returns == "*" else _returns(row.returns),
        outputs=outputs,
        many=row.returns == "*",
        saved=tuple(saved),
        zero_derivative=frozenset(slot for entry in row.zero for slot in _slots(entry, bound)),
        in_place=in_place[0] if in_place else None,
        writes=tuple(slot for entry in row.writes for slot in _slots(entry, bound)),
        errors=tuple(
            GradError(slot, forward, message, certain)
            for (entry, forward, message), certain in row.errors.items()
            for slot in _slots(entry, bound, floating=True)
        ),
        rejects_integer=row.rejects_integer,
        leaf_write_raises=row.leaf_write_raises,
        uncertain=row.uncertain or row.returns == "?",
        bound={parameter: tuple(slot for slot, _ in given) for parameter, given in bound.items()},
    )


def _output(output: RowOutput, bound: Bound) -> Output:
    flow = {slot: sure for entry, sure in output.depends.items() for slot in _slots(entry, bound, floating=True)}
    certain = any(flow.values())
    asked = next((kind for _, kind in bound.get("dtype", ()) if kind.form is Form.DTYPE), None)
    kind = asked.dtype if asked is not None else result_kind(output.dtype, bound)
    letter, _, target = output.alias.partition(":")
    alias = _ALIASES.get(letter, Alias.NEW)
    targets = _slots(target, bound)
    if kind is not None and not kind.can_require_grad:
        flow, certain = {}, False
    return Output(
        differentiable=certain or (None if flow else False),
        from_slots=tuple(sorted(flow, key=lambda slot: _place(slot, bound))),
        dtype=kind,
        alias=alias,
        alias_of=targets[0] if targets else None,
        multi_view=letter in _MULTI_VIEW,
    )


def _saved(slot: str, when: Names, bound: Bound) -> list[SavedSlot]:
    entries = []
    for place in _slots(slot, bound):
        for sure in (True, False):
            causes = {
                cause for entry, is_sure in when.items() if is_sure is sure for cause in _causes(entry, place, bound)
            }
            if causes:
                entries.append(SavedSlot(place, frozenset(causes), sure))
    return entries


def _place(slot: Slot, bound: Bound) -> tuple[int, str]:
    """Where a slot stands in an answer: arguments as in the call, then the rest by name, the hidden one last."""
    arguments = [label for given in bound.values() for label, _ in given]
    return (arguments.index(slot), "") if slot in arguments else (len(arguments) + (slot == HIDDEN), slot)


def _causes(entry: str, place: Slot, bound: Bound) -> list[Slot]:
    """The slots that a name in a condition means; ``~`` leaves the tensor itself out."""
    slots = _slots(entry.lstrip("~"), bound, floating=True)
    in_a_sequence = any(kind.form is not Form.TENSOR for _, kind in bound.get(entry.lstrip("~"), ()))
    return [slot for slot in slots if slot != place or in_a_sequence] if entry.startswith("~") else slots


def _slots(entry: str, bound: Bound, floating: bool = False) -> list[Slot]:
    """The caller's slots for a slot of a row, without those that cannot be a (floating) tensor."""
    if entry.startswith(">"):
        return [f"out:{entry[1:]}"]
    if ":" in entry or entry == HIDDEN:
        return [entry]
    return [
        slot
        for slot, kind in bound.get(entry, ())
        if kind.form not in _NEVER_TENSORS
        and not (floating and kind.dtype is not None and not kind.dtype.can_require_grad)
    ]


def _returns(text: str) -> Returns:
    """Reads ``(0(12))``; output numbers have one digit, which no op exceeds."""
    if text in ("-", "?"):
        return None
    stack: list[list[Returns]] = [[]]
    for character in text:
        if character == "(":
            stack.append([])
        elif character == ")":
            inner = tuple(stack.pop())
            stack[-1].append(inner)
        else:
            stack[-1].append(None if character == "-" else int(character))
    return stack[0][0]


def _with_out(found: OpAnswer, bound: Bound) -> OpAnswer:
    """The same call when it is given ``out=``: PyTorch refuses that for any input that requires grad.

    That is one check which all such functions share, so it is written here and not measured per op.
    """
    if "out" not in bound or category(bound["out"][0][1]) not in (None, "T", "I", "L"):
        return found
    (target, kind), *_ = bound["out"]
    if kind.form is Form.UNKNOWN:
        return OpAnswer(found.name, None, (), uncertain=True, bound=found.bound)
    inputs = [slot for parameter in bound for slot in _slots(parameter, bound, floating=True)]
    return OpAnswer(
        name=found.name,
        returns=found.returns,
        outputs=tuple(Output(False, (), output.dtype, Alias.SAME, target) for output in found.outputs),
        many=found.many,
        in_place=target,
        writes=(target,),
        errors=tuple(GradError(slot, True, _OUT_MESSAGE) for slot in inputs),
        rejects_integer=found.rejects_integer,
        uncertain=found.uncertain,
        bound=found.bound,
    )
