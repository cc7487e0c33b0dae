"""The state of an abstract run: scopes, heap, tensors with versions, grad mode. Forked at branches, joined after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Iterator as Iter
from dataclasses import replace
from typing import Any

from gradsight.autograd.events import Mode, Site
from gradsight.autograd.values import Known, Shape, Value
from gradsight.static.layers import GONE, Map, common_floor
from gradsight.static.objects import (
    UNKNOWN,
    Const,
    Dict,
    GradMode,
    HeapObject,
    Instance,
    Iterator,
    Left,
    List,
    Object,
    Optimizer,
    Ref,
    Scalar,
    Tensor,
    Tuple,
    Unknown,
)
from gradsight.static.scopes import Scopes

ModeEntry = tuple[Mode, int | None]
"""A grad mode and the id of the `Scope` event that set it."""

_GRAD_ON: tuple[ModeEntry, ...] = ((Mode.ENABLED, None),)
_NONE: frozenset[int] = frozenset()

Merge = Callable[[Value, Value], Value]
"""Makes one value of the two that a place holds after the two arms of a branch."""


GRAD_NAMES = "names of gradients"
"""The cell with the names whose `.grad` the document mentions anywhere: what its user wants gradients of."""

MAPS = (
    "heap", "tensors", "versions", "gradients", "views", "looking", "dtypes", "untracked", "grad_of", "parents",
    "captured", "used_up", "cells",
)  # fmt: skip
"""The attributes of a state that are maps; besides them it has `scopes`."""


class State:
    """Everything a statement can change. What it holds is frozen; only its maps are mutable.

    They are maps in layers (`layers`), so that a fork costs next to nothing, a join only looks at what the two
    sides changed, and it is known on what a piece of the walk depended. Whatever else a walk has to remember
    belongs into a map of its own here, named in `MAPS`; for a single fact `cells` is enough.
    """

    __slots__ = ("scopes", *MAPS)

    def __init__(self) -> None:
        self.scopes = Scopes()
        self.heap: Map[int, HeapObject] = Map()
        self.tensors: Map[int, Value] = Map()
        self.versions: Map[int, int] = Map()
        """By storage: how often it was written in place."""
        self.gradients: Map[int, Known] = Map()
        """By tensor: whether `.grad` holds something; absent means it does not."""
        self.views: Map[int, int] = Map()
        """By view: the base it looks into, with which it shares its history."""
        self.looking: Map[int, tuple[int, ...]] = Map()
        """By base: the views that look into it."""
        self.dtypes: Map[int, str] = Map()
        """By tensor: the name of its dtype, where it is known and a float (`float32`)."""
        self.untracked: Map[int, bool] = Map()
        """Tensors over memory of another one whose writes autograd does not notice (`.data`)."""
        self.grad_of: Map[int, int] = Map()
        """By tensor that a `.grad` gave: the tensor whose gradient it is."""
        self.parents: Map[int, int] = Map()
        """By scope: the scope around it."""
        self.captured: Map[int, bool] = Map()
        """Scopes that a function closes over: they outlive the call they belong to."""
        self.used_up: Map[int, Site] = Map()
        """By generator: what went through it to its end."""
        self.cells: Map[str, Any] = Map()
        """Single facts by name."""

    def fork(self) -> State:
        """A copy that can go its own way."""
        other = State.__new__(State)
        other.scopes = self.scopes.fork()
        for name in MAPS:
            setattr(other, name, getattr(self, name).fork())
        return other

    @property
    def modes(self) -> tuple[ModeEntry, ...]:
        """The grad modes that are switched on, outermost first."""
        return self.cells.get("modes", _GRAD_ON)

    @modes.setter
    def modes(self, modes: tuple[ModeEntry, ...]) -> None:
        self.cells["modes"] = modes

    @property
    def escaped(self) -> frozenset[int]:
        """Ids that were handed to code that cannot be seen, which may have kept them."""
        return self.cells.get("escaped", _NONE)

    @escaped.setter
    def escaped(self, ids: frozenset[int]) -> None:
        self.cells["escaped"] = ids

    # --- grad mode ---------------------------------------------------------------------------

    @property
    def off_scope(self) -> tuple[bool, int | None]:
        """Whether grad mode is off, and the scope that switched it off."""
        for mode, scope in self.modes:
            if mode is Mode.INFERENCE:
                return True, scope  # enable_grad inside inference_mode does not bring gradients back
        mode, scope = self.modes[-1]
        return mode is not Mode.ENABLED, scope

    @property
    def inference(self) -> bool:
        """Whether new tensors are inference tensors."""
        return any(mode is Mode.INFERENCE for mode, _ in self.modes)

    # --- tensors -----------------------------------------------------------------------------

    def value(self, tensor: Tensor) -> Value:
        """What is known of a tensor now."""
        return self.tensors[tensor.id]

    def update(self, tensor_id: int, **facts: object) -> Value:
        """Changes facts of a tensor; its new snapshot."""
        self.tensors[tensor_id] = value = replace(self.tensors[tensor_id], **facts)  # type: ignore[arg-type]
        return value

    def bump(self, storage: int) -> int:
        """Counts a write in place; the new version."""
        self.versions[storage] = version = self.versions.get(storage, 0) + 1
        return version

    def reachable(self, objects: Iterable[Object]) -> frozenset[int]:
        """Ids of the tensors and heap objects that code can get at through `objects`."""
        found: set[int] = set()
        waiting = list(objects)
        while waiting and len(found) < 2000:
            item = waiting.pop()
            match item:
                case Tensor(number):
                    found.add(number)
                case Left(value):
                    found.add(value.id)
                case Tuple(items):
                    waiting.extend(items)
                case Iterator(items, rest):
                    waiting.extend((*items, *([rest] if rest is not None else [])))
                case Ref(number) if number not in found:
                    found.add(number)
                    waiting.extend(parts(self.heap.get(number)))
                case _:
                    receiver = getattr(item, "receiver", None)
                    if receiver is not None:
                        waiting.append(receiver)
        return frozenset(found)

    def join(self, other: State, merge: Merge) -> None:
        """Makes this the state after a branch whose arms ended in this state and in `other`, a copy of it."""
        _Join(self, other, merge).run()

    def look_into(self, view: int, base: int) -> None:
        """`view` is a view of the tensor `base`, and of what that is a view of."""
        base = self.views.get(base, base)
        self.views[view] = base
        self.looking[base] = (*self.looking.get(base, ()), view)


def parts(item: HeapObject | None) -> list[Object]:
    """What a heap object refers to."""
    match item:
        case List(items, rest):
            return [*items, *([rest] if rest else [])]
        case Dict(items, rest):
            return [*items.values(), *([rest] if rest else [])]
        case Instance():
            return list(item.attributes.values())
        case Optimizer(_, parameters):
            return [Tensor(number) for number in parameters or ()]
    return []


class _Join:
    def __init__(self, one: State, other: State, merge: Merge) -> None:
        self.one, self.other, self.merge = one, other, merge
        self.met: dict[tuple[object, object], Object] = {}

    def run(self) -> None:
        one, other = self.one, self.other
        for number, mine, theirs in _differing(one.tensors, other.tensors):
            if theirs is not GONE:
                one.tensors[number] = theirs if mine is GONE else self.merge(mine, theirs)
        for name in ("views", "dtypes", "untracked", "grad_of", "parents", "captured"):
            kept = getattr(one, name)
            for number, _, theirs in _differing(kept, getattr(other, name)):
                if theirs is not GONE:
                    kept[number] = theirs
        for number, here, there in _differing(one.looking, other.looking):
            views = () if here is GONE else here
            more = () if there is GONE else there
            one.looking[number] = (*views, *(view for view in more if view not in views))
        for number, _, theirs in list(_differing(one.used_up, other.used_up)):
            if theirs is GONE:
                one.used_up.pop(number)
        for number, mine, theirs in _differing(one.versions, other.versions):
            one.versions[number] = max(0 if mine is GONE else mine, 0 if theirs is GONE else theirs)
        for number, mine, theirs in _differing(one.gradients, other.gradients):
            mine_has, other_has = mine is not GONE and mine, theirs is not GONE and theirs
            one.gradients[number] = mine_has if mine_has == other_has else None
        for number, mine, theirs in _differing(one.heap, other.heap):
            if theirs is not GONE:
                one.heap[number] = theirs if mine is GONE else self.heap(mine, theirs)
        for scope in sorted(one.scopes.changed_against(other.scopes)):
            self.names(scope)
        if one.modes != other.modes:
            one.modes = min(one.modes, other.modes, key=len)
        if one.escaped is not other.escaped:
            one.escaped |= other.escaped

    def names(self, scope: int) -> None:
        mine, theirs = self.one.scopes.get(scope), self.other.scopes.get(scope)
        if theirs is None:
            return
        if mine is None:
            self.one.scopes[scope] = dict(theirs.items())
            return
        for name, here, there in _differing(mine, theirs):
            if there is not GONE:  # bound on one way only: code that uses it relies on that way
                mine[name] = there if here is GONE else self.object(here, there)

    def object(self, mine: Object, theirs: Object) -> Object:
        if mine == theirs:
            return mine
        key = (mine, theirs) if _hashable(mine) and _hashable(theirs) else None
        if key is not None and key in self.met:
            return self.met[key]
        result = self._object(mine, theirs)
        if key is not None:
            self.met[key] = result
        return result

    def _object(self, mine: Object, theirs: Object) -> Object:
        match mine, theirs:
            case Tensor(a), Tensor(b):
                value = self.merge(self.one.tensors[a], self.one.tensors[b])
                self.one.tensors[value.id] = value
                return Tensor(value.id)
            case Tuple(a_items), Tuple(b_items) if len(a_items) == len(b_items):
                return replace(mine, items=tuple(self.object(a, b) for a, b in zip(a_items, b_items, strict=True)))
            case ((Const() | Scalar()), (Const() | Scalar())):
                return Scalar() if _is_number(mine) and _is_number(theirs) else UNKNOWN
            case GradMode(a_mode), GradMode(b_mode):
                both_off = Mode.ENABLED not in (a_mode, b_mode) and None not in (a_mode, b_mode)
                return GradMode(a_mode if a_mode is b_mode else Mode.NO_GRAD if both_off else None, mine.made)
            case (GradMode(), _) | (_, GradMode()):
                return GradMode(None)
            case Unknown(a_role), Unknown(b_role):
                return Unknown(a_role if a_role == b_role else None)
        return UNKNOWN

    def heap(self, mine: HeapObject, theirs: HeapObject) -> HeapObject:
        match mine, theirs:
            case List(a_items, a_rest, kind), List(b_items, b_rest, _):
                if len(a_items) == len(b_items):
                    items = tuple(self.object(a, b) for a, b in zip(a_items, b_items, strict=True))
                    return List(items, a_rest or b_rest, kind)
                shorter, longer = sorted((a_items, b_items), key=len)
                same = tuple(self.object(a, b) for a, b in zip(shorter, longer, strict=False))
                return List(same, longer[-1], kind)
            case Dict(a_map, a_rest, factory), Dict(b_map, b_rest, _):
                joined = dict(a_map)
                for key, item in b_map.items():
                    joined[key] = self.object(joined[key], item) if key in joined else item
                return Dict(joined, a_rest or b_rest, factory)
            case Instance(), Instance():
                attributes = dict(mine.attributes)
                for name, item in theirs.attributes.items():
                    attributes[name] = self.object(attributes[name], item) if name in attributes else item
                complete, ready = mine.complete and theirs.complete, mine.ready or theirs.ready
                return replace(mine, attributes=attributes, complete=complete, ready=ready)
            case Optimizer(kind, a_parameters), Optimizer(_, b_parameters):
                return Optimizer(kind, a_parameters if a_parameters == b_parameters else None)
        return List((), UNKNOWN, "unknown")


def _differing(one: Map[Any, Any], other: Map[Any, Any]) -> Iter[tuple[Any, Any, Any]]:
    """The keys under which a map and its copy hold different things, in order, with both; GONE where there is none."""
    floor = common_floor(one.top(), other.top())
    for key in sorted(one.above(floor).keys() | other.above(floor).keys()):
        mine, theirs = one.get(key, GONE), other.get(key, GONE)
        if mine is not theirs and mine != theirs:
            yield key, mine, theirs


def join_facts(mine: Value, theirs: Value) -> dict[str, Any]:
    """The facts on which two snapshots agree; None (unknown) for the others."""
    return {
        "name": mine.name if mine.name == theirs.name else None,
        "requires_grad": mine.requires_grad if mine.requires_grad == theirs.requires_grad else None,
        "is_leaf": mine.is_leaf if mine.is_leaf == theirs.is_leaf else None,
        "kind": mine.kind if mine.kind == theirs.kind else None,
        "shape": join_shapes(mine.shape, theirs.shape),
        "storage": mine.storage if mine.storage == theirs.storage else None,
        "is_parameter": mine.is_parameter and theirs.is_parameter,
        "is_inference": mine.is_inference and theirs.is_inference,
        "retains_grad": mine.retains_grad or theirs.retains_grad,
    }


def join_shapes(mine: Shape, theirs: Shape) -> Shape:
    """The sizes on which two shapes agree."""
    if mine is None or theirs is None or len(mine) != len(theirs):
        return None
    return tuple(a if a == b else None for a, b in zip(mine, theirs, strict=True))


def _is_number(item: Object) -> bool:
    return isinstance(item, Scalar) or (isinstance(item, Const) and isinstance(item.value, int | float))


def _hashable(item: object) -> bool:
    try:
        hash(item)
    except TypeError:
        return False
    return True
