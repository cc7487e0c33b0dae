"""Forgetting what a program can no longer reach, so that a state stays as small as the program's own memory."""

from __future__ import annotations

from gradsight.static.objects import (
    Bound,
    Class,
    Function,
    Iterator,
    Method,
    Object,
    Partial,
    Ref,
    Super,
    Tensor,
    Tuple,
)
from gradsight.static.state import State, parts

_WORTH_IT = 128


def collect(state: State) -> None:
    """Drops tensors and heap objects that no scope leads to; does nothing while there is little to gain.

    Only safe between two statements of the document itself: within an expression the interpreter
    holds objects that no scope knows of.
    """
    if len(state.tensors) < _WORTH_IT + 2 * state.kept:
        return
    tensors, heap = _reachable(state)
    tensors |= {state.views[number] for number in tensors if number in state.views}
    state.tensors = {number: value for number, value in state.tensors.items() if number in tensors}
    state.heap = {number: item for number, item in state.heap.items() if number in heap}
    state.gradients = {number: has for number, has in state.gradients.items() if number in tensors}
    state.dtypes = {number: name for number, name in state.dtypes.items() if number in tensors}
    state.views = {view: base for view, base in state.views.items() if view in tensors}
    storages = {value.storage for value in state.tensors.values()}
    state.versions = {storage: version for storage, version in state.versions.items() if storage in storages}
    state.untracked &= tensors
    state.kept = len(state.tensors)


def _reachable(state: State) -> tuple[set[int], set[int]]:
    tensors: set[int] = set()
    heap: set[int] = set()
    classes: set[int] = set()
    waiting: list[Object | None] = [item for names in state.scopes.values() for item in names.values()]
    while waiting:
        item = waiting.pop()
        match item:
            case Tensor(number):
                tensors.add(number)
            case Ref(number) if number not in heap:
                heap.add(number)
                waiting.extend(parts(state.heap.get(number)))
            case Tuple(items):
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
                waiting.extend((*item.defaults, *(value for _, value in item.keyword_defaults)))
            case Class() if id(item) not in classes:
                classes.add(id(item))
                waiting.extend((*item.namespace.values(), *item.bases))
    return tensors, heap
