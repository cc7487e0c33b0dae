"""Forgetting what a program can no longer reach, so that a state stays as small as the program's own memory."""

from __future__ import annotations

from gradsight.static.blocks import Base
from gradsight.static.objects import (
    Bound,
    Class,
    Function,
    Iterator,
    Method,
    Object,
    Partial,
    Pending,
    Ref,
    Super,
    Tensor,
    Tuple,
    TupleType,
)
from gradsight.static.state import parts

_WORTH_IT = 128


def collect(base: Base, kept: int) -> int:
    """Drops tensors and heap objects that no scope leads to; does nothing while there is little to gain.

    `kept` is how many tensors were left the last time; gives the number for the next time. Only safe between
    two statements of the document itself: within an expression the interpreter holds objects that no scope
    knows of.
    """
    maps = base.maps
    if len(maps["tensors"]) < _WORTH_IT + 2 * kept:
        return kept
    tensors, heap = _reachable(base)
    tensors |= {maps["views"][number] for number in tensors if number in maps["views"]}
    for name in ("tensors", "gradients", "dtypes", "views", "looking", "untracked", "grad_of"):
        maps[name] = {number: item for number, item in maps[name].items() if number in tensors}
    maps["heap"] = {number: item for number, item in maps["heap"].items() if number in heap}
    storages = {value.storage for value in maps["tensors"].values()}
    maps["versions"] = {storage: version for storage, version in maps["versions"].items() if storage in storages}
    return len(maps["tensors"])


def _reachable(base: Base) -> tuple[set[int], set[int]]:
    tensors: set[int] = set()
    heap: set[int] = set()
    classes: set[int] = set()
    waiting: list[Object | None] = [item for names in base.scopes.values() for item in names.own.values()]
    while waiting:
        item = waiting.pop()
        match item:
            case Tensor(number):
                tensors.add(number)
            case Ref(number) if number not in heap:
                heap.add(number)
                waiting.extend(parts(base.maps["heap"].get(number)))
            case Tuple(items):
                waiting.extend((*items, item.owner))
            case TupleType(defaults=items):
                waiting.extend(items)
            case Iterator(items, rest):
                waiting.extend((*items, rest))
            case Method(receiver) | Super(_, receiver):
                waiting.append(receiver)
            case Bound(function, receiver):
                waiting.extend((function, receiver))
            case Partial(function, arguments, keywords):
                waiting.extend((function, *arguments, *(value for _, value in keywords)))
            case Function():
                waiting.extend((*item.defaults, *(value for _, value in item.keyword_defaults), item.wrapped))
            case Pending(function, arguments, receiver):
                waiting.extend((function, *arguments.each(), receiver))
            case Class() if id(item) not in classes:
                classes.add(id(item))
                waiting.extend((*item.namespace.values(), *item.bases))
    return tensors, heap
