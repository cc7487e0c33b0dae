"""From observations of single calls to the rows of an op: what is common, and which parameter decides the rest.

Observations that agree wherever both can speak become one row. Where they do not, the parameter whose
category explains most of the disagreement is asked, and so on; what no parameter explains depends on
values or layout and is marked so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from gradsight.autograd.op_facts_rows import ABSENT, category

from .dtypes import WEAK
from .oracle import Observation
from .subject import group_of

Fact = tuple[str, ...]

FEWEST_FOR_ZERO = 2
_SWITCHES = ("b0", "b1", "N", ABSENT)


@dataclass
class Sample:
    """An observation in the terms of parameters: tensors of a sequence are one slot."""

    categories: dict[str, str]
    tensors: frozenset[str]
    floating: frozenset[str]
    pairs: dict[Fact, bool | None]
    """(kind, slot or output, cause): whether the cause has that effect; only for slots that exist here.
    None: it holds for some of the tensors of a sequence, and not for others."""
    returns: str
    aliases: tuple[str, ...]
    dtypes: tuple[str, ...]
    writes: tuple[str, tuple[str, ...]]
    flags: tuple[bool | None, bool | None]


def sample(seen: Observation, defaults: dict[str, str], many: bool = False) -> Sample:
    """Folds sequences (``tensors#0``) and, for a sequence of results, outputs into one slot each."""
    found = {name: category(kind) or "o" for name, kind in seen.categories.items()}
    floating = [slot for slot, kind in seen.slots.items() if kind.can_require_grad]
    many = many or seen.returns == "*"
    outputs = 1 if many else len(seen.depends)
    pairs: dict[Fact, bool | None] = {}
    for slot in floating:
        raised = [(forward, message) for where, forward, message in seen.errors if where == slot]
        for forward, message in raised:
            _note(pairs, ("e", ("f" if forward else "b") + message, _base(slot)), True)
        if not any(forward for forward, _ in raised):
            for index, depends in enumerate(seen.depends):
                _note(pairs, ("o", str(0 if many else index), _base(slot)), slot in depends)
        if raised:
            continue
        targets = {*seen.slots, "hidden", *(f">{i}" for i in range(len(seen.depends)))}
        for target in targets:
            held = slot in seen.saved.get(target, ())
            where = ">0" if many and target[0] == ">" else _base(target)
            if "#" in target and _base(slot) == where:
                _note(pairs, ("s", where, ("" if slot == target else "~") + where), held)
            else:
                _note(pairs, ("s", where, _base(slot)), held)
        if slot in seen.reached:
            _note(pairs, ("z", _base(slot), ""), slot in seen.zero)
    return Sample(
        categories=defaults | found,
        tensors=frozenset(_base(slot) for slot in seen.slots),
        floating=frozenset(map(_base, floating)),
        pairs=pairs,
        returns="*" if many else seen.returns,
        aliases=_one_alias(seen.aliases) if many else tuple(map(_base, seen.aliases)),
        dtypes=tuple(_fold(rule) for rule in seen.dtypes[:outputs]),
        writes=(_base(seen.in_place), tuple(dict.fromkeys(map(_base, seen.writes)))),
        flags=(seen.rejects_integer, seen.leaf_write_raises),
    )


def _one_alias(aliases: list[str]) -> tuple[str, ...]:
    """What the outputs of a sequence have in common; each may be a view of another tensor (``broadcast_tensors``)."""
    distinct = dict.fromkeys(aliases)
    return (_base(aliases[0]) if len(distinct) == 1 else "m:",) if aliases else ()


def _note(pairs: dict[Fact, bool | None], fact: Fact, value: bool) -> None:
    """Within one sequence all tensors have to agree; only a gradient that is zero for some is simply not zero."""
    before = pairs.setdefault(fact, value)
    if before is not value:
        pairs[fact] = False if fact[0] == "z" else None


def _base(slot: str) -> str:
    """The slot that a part belongs to: a tensor to its sequence, a numbered parameter to its pattern."""
    return group_of(slot.partition("#")[0])


def _fold(rule: str) -> str:
    letter, colon, slots = rule.partition(":")
    return letter + colon + " ".join(dict.fromkeys(map(_base, slots.split())))


def _errors(samples: Sequence[Sample]) -> dict[Fact, bool]:
    """Errors are facts of the slots that exist: where a slot is present and nothing was raised, that is a no."""
    every = {fact for one in samples for fact in one.pairs if fact[0] == "e"}
    return {fact: all(one.pairs.get(fact) for one in samples if fact[2] in one.floating) for fact in every}


def _pairs(samples: Sequence[Sample]) -> dict[Fact, set[bool]]:
    seen: dict[Fact, set[bool]] = {}
    for one in samples:
        for fact, value in one.pairs.items():
            if fact[0] != "e":
                seen.setdefault(fact, set()).update({True, False} if value is None else {value})
    return seen


def _minority(values: Iterable[Any]) -> float:
    """How many differ from the most common one."""
    counted = Counter(values)
    return sum(counted.values()) - max(counted.values(), default=0)


def _impurity(values: Iterable[Any]) -> float:
    """Gini's measure: how often two of them, drawn at random, differ. Whatever explains something lowers it."""
    counted = Counter(values)
    total = sum(counted.values())
    return total - sum(count * count for count in counted.values()) / total if total else 0


def disorder(samples: Sequence[Sample], measure: Callable[[Iterable[Any]], float] = _minority) -> float:
    """How much the samples disagree, over all facts."""
    facts: dict[Fact, list[bool | None]] = {}
    for one in samples:
        for fact, value in one.pairs.items():
            facts.setdefault(fact, []).append(value)
    total = 0.0
    for fact, values in facts.items():
        if fact[0] == "e":
            values = values + [False] * (sum(fact[2] in one.floating for one in samples) - len(values))
        total += measure(values)
    shapes = [(one.returns, len(one.aliases)) for one in samples]
    total += 5 * measure(shapes) + 5 * measure(one.writes for one in samples)
    if len(set(shapes)) == 1:
        for index in range(len(samples[0].aliases)):
            total += measure(one.aliases[index] for one in samples)
            if _dtype(samples, index) is None:
                total += max(1, measure(one.dtypes[index] for one in samples if index < len(one.dtypes)))
    for flag in range(2):
        total += measure(one.flags[flag] for one in samples if one.flags[flag] is not None)
    return total


def _dtype(samples: Sequence[Sample], index: int) -> str | None:
    """One rule that holds in all samples, where each names only the slots that exist in it."""
    strong = [(one, one.dtypes[index]) for one in samples if index < len(one.dtypes) and one.dtypes[index][0] != WEAK]
    if not strong:
        weak = {one.dtypes[index].strip(WEAK) for one in samples if index < len(one.dtypes)}
        return weak.pop() if len(weak) == 1 else ""
    letters = {rule.partition(":")[0] for _, rule in strong}
    if letters == {"w", "p"}:
        # They differ in what becomes of bools: a rule of its own says that this is not known.
        letters = {"q"}
    if len(letters) != 1:
        return None
    slots = list(dict.fromkeys(slot for _, rule in strong for slot in rule.partition(":")[2].split()))
    for one, rule in strong:
        own = set(rule.partition(":")[2].split())
        if any(slot in one.tensors and slot not in own for slot in slots):
            return None
    return letters.pop() + (":" + " ".join(slots) if slots else "")


def grow(samples: Sequence[Sample]) -> Any:
    """The decision tree: a row (a dict, as in the file), or ``[parameter, {category: tree}]``."""
    return _grown(samples, frozenset(), True)[0]


def _grown(samples: Sequence[Sample], zero: frozenset[str], open_to_more: bool) -> tuple[Any, float]:
    """The tree, and the disorder that is left in its rows.

    A branch for numbers or tensors holds few values of them, and with one of these every gradient may be
    zero by chance (a bound at 0). So it takes over the slots in `zero`, whose gradient is zero in all
    branches; only below questions for switches and modes new ones are believed.
    """
    own = disorder(samples)
    if open_to_more and len(samples) >= FEWEST_FOR_ZERO:
        zero |= {fact[1] for fact, values in _pairs(samples).items() if fact[0] == "z" and values == {True}}
    if not own or len(samples) < 2:
        return row(samples, zero), own
    best = disorder(samples, _impurity)
    choice: tuple[float, int, str, dict[str, list[Sample]]] | None = None
    for parameter in dict.fromkeys(name for one in samples for name in one.categories):
        groups: dict[str, list[Sample]] = {}
        for one in samples:
            groups.setdefault(one.categories.get(parameter, ABSENT), []).append(one)
        if len(groups) < 2:
            continue
        left = round(sum(disorder(group, _impurity) for group in groups.values()), 6)
        if left < best - 1e-6 and (choice is None or (left, len(groups)) < choice[:2]):
            choice = (left, len(groups), parameter, groups)
    if choice is None:
        return row(samples, zero), own
    _, _, parameter, groups = choice
    open_to_more = open_to_more and all(name in _SWITCHES or name.startswith("s:") for name in groups)
    branches = {name: _grown(group, zero, open_to_more) for name, group in sorted(groups.items())}
    rest = sum(left for _, left in branches.values())
    if rest >= own:
        return row(samples, zero), own  # asking explains nothing: one row says it all
    return [parameter, {name: tree for name, (tree, _) in branches.items()}], rest


def _shown(one: Sample) -> bool:
    """Whether every hidden thing that the graph holds comes with one that the user can see: then that one says it."""
    held = {(slot, cause) for (kind, slot, cause), value in one.pairs.items() if kind == "s" and value is not False}
    visible = {cause.lstrip("~") for slot, cause in held if slot != "hidden"}
    return all(cause in visible for slot, cause in held if slot == "hidden")


def row(samples: Sequence[Sample], zero: frozenset[str]) -> dict[str, Any]:
    """What the samples have in common, as the file writes it; `zero` are the slots whose gradient is always zero."""
    pairs = _pairs(samples)
    shapes = {(one.returns, len(one.aliases)) for one in samples}
    first = samples[0]
    found: dict[str, Any] = {"r": first.returns if len(shapes) == 1 else "?"}
    if len(shapes) == 1 and first.aliases:
        found["o"] = [
            [
                _set(pairs, "o", str(index)),
                _alias({one.aliases[index] for one in samples}),
                _dtype(samples, index) or "",
            ]
            for index in range(len(first.aliases))
        ]
    saved = {slot: _set(pairs, "s", slot) for slot in sorted({fact[1] for fact in pairs if fact[0] == "s"})}
    found["s"] = {slot: when for slot, when in saved.items() if when}
    if all(_shown(one) for one in samples):
        found["s"].pop("hidden", None)
    found["z"] = " ".join(sorted(zero & {fact[1] for fact in pairs if fact[0] == "z"}))
    writes = {one.writes for one in samples}
    if len(writes) == 1:
        found["p"], found["w"] = first.writes[0], " ".join(first.writes[1])
    else:
        found["r"] = "?"
        found.pop("o", None)
    found["e"] = [
        [("" if certain else "?") + slot, int(message[0] == "f"), message[1:]]
        for (_, message, slot), certain in sorted(_errors(samples).items())
    ]
    for key, flag in (("i", 0), ("l", 1)):
        values = {one.flags[flag] for one in samples} - {None}
        if len(values) == 1:
            found[key] = int(bool(values.pop()))
    return {key: value for key, value in found.items() if value not in ("", [], {})}


def _set(pairs: dict[Fact, set[bool]], kind: str, slot: str) -> str:
    """The set of causes of an effect; ``?`` where it was not always one."""
    causes = {fact[2]: values for fact, values in pairs.items() if fact[:2] == (kind, slot) and True in values}
    for cause in [cause for cause in causes if cause.startswith("~")]:
        if cause[1:] in causes:
            del causes[cause]
    return " ".join(("" if values == {True} else "?") + cause for cause, values in sorted(causes.items()))


def _alias(aliases: Iterable[str]) -> str:
    distinct = set(aliases)
    if len(distinct) == 1:
        return distinct.pop()
    targets = {alias[2:] for alias in distinct if alias}
    letter = "M" if any(alias.startswith("V") for alias in distinct) else "m"
    return f"{letter}:{targets.pop()}" if len(targets) == 1 else "m:"
