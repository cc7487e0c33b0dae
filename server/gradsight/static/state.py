"""The state of an abstract run: scopes, heap, tensors with versions, grad mode. Forked at branches, joined after."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from gradsight.autograd.events import Mode
from gradsight.autograd.values import Known, Shape, Value
from gradsight.static.objects import (
    UNKNOWN,
    Const,
    Dict,
    HeapObject,
    Instance,
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

ModeEntry = tuple[Mode, int | None]
"""A grad mode and the id of the `Scope` event that set it."""

Merge = Callable[[Value, Value], Value]
"""Makes one value of the two that a place holds after the two arms of a branch."""


class State:
    """Everything a statement can change. Its values are frozen; only these dictionaries are mutable."""

    def __init__(self) -> None:
        self.scopes: dict[int, dict[str, Object]] = {}
        self.heap: dict[int, HeapObject] = {}
        self.tensors: dict[int, Value] = {}
        self.versions: dict[int, int] = {}
        """By storage: how often it was written in place."""
        self.gradients: dict[int, Known] = {}
        """By tensor: whether `.grad` holds something; absent means it does not."""
        self.views: dict[int, int] = {}
        """By view: the base it looks into, with which it shares its history."""
        self.dtypes: dict[int, str] = {}
        """By tensor: the name of its dtype, where it is known and a float (`float32`)."""
        self.untracked: frozenset[int] = frozenset()
        """Tensors over memory of another one whose writes autograd does not notice (`.data`)."""
        self.modes: tuple[ModeEntry, ...] = ((Mode.ENABLED, None),)
        self.escaped: frozenset[int] = frozenset()
        """Ids that were handed to code that cannot be seen, which may have kept them."""

        self.kept = 0
        """How many tensors were left when the unreachable ones were last forgotten."""

    def fork(self) -> State:
        """A copy that can go its own way."""
        other = State.__new__(State)
        other.scopes = {number: names.copy() for number, names in self.scopes.items()}
        other.heap = self.heap.copy()
        other.tensors = self.tensors.copy()
        other.versions = self.versions.copy()
        other.gradients = self.gradients.copy()
        other.views = self.views.copy()
        other.dtypes = self.dtypes.copy()
        other.untracked = self.untracked
        other.modes = self.modes
        other.escaped = self.escaped
        other.kept = self.kept
        return other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, State) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]

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
                case Ref(number) if number not in found:
                    found.add(number)
                    waiting.extend(parts(self.heap.get(number)))
                case _:
                    receiver = getattr(item, "receiver", None)
                    if receiver is not None:
                        waiting.append(receiver)
        return frozenset(found)

    # --- joining -----------------------------------------------------------------------------

    def join(self, other: State, merge: Merge) -> None:
        """Makes this the state after a branch whose arms ended in this state and in `other`."""
        _Join(self, other, merge).run()


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
        for number, value in other.tensors.items():
            mine = one.tensors.get(number)
            if mine is None:
                one.tensors[number] = value
            elif mine is not value and mine != value:
                one.tensors[number] = self.merge(mine, value)
        one.views.update(other.views)
        one.dtypes.update(other.dtypes)
        one.untracked |= other.untracked
        for storage, version in other.versions.items():
            one.versions[storage] = max(version, one.versions.get(storage, 0))
        for number in one.gradients.keys() | other.gradients.keys():
            mine_has, other_has = one.gradients.get(number, False), other.gradients.get(number, False)
            one.gradients[number] = mine_has if mine_has == other_has else None
        for number, item in other.heap.items():
            mine_item = one.heap.get(number)
            if mine_item is None:
                one.heap[number] = item
            elif mine_item is not item and mine_item != item:
                one.heap[number] = self.heap(mine_item, item)
        for number, names in other.scopes.items():
            if number not in one.scopes:
                one.scopes[number] = names
                continue
            mine_names = one.scopes[number]
            for name, item_there in names.items():
                if name not in mine_names:
                    mine_names[name] = item_there  # bound on one way only: code that uses it relies on that way
                elif mine_names[name] is not item_there:
                    mine_names[name] = self.object(mine_names[name], item_there)
        if one.modes != other.modes:
            one.modes = min(one.modes, other.modes, key=len)
        one.escaped |= other.escaped

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
                return Tuple(tuple(self.object(a, b) for a, b in zip(a_items, b_items, strict=True)))
            case ((Const() | Scalar()), (Const() | Scalar())):
                return Scalar() if _is_number(mine) and _is_number(theirs) else UNKNOWN
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
                return replace(mine, attributes=attributes, complete=mine.complete and theirs.complete)
            case Optimizer(kind, a_parameters), Optimizer(_, b_parameters):
                return Optimizer(kind, a_parameters if a_parameters == b_parameters else None)
        return List((), UNKNOWN, "unknown")


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
