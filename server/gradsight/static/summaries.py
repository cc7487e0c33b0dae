"""When an earlier walk of a piece of code still holds, and repeating what it did."""

from __future__ import annotations

from gradsight.static.objects import Class, Const, Dotted, Function, Module, Object, Scalar, Unknown
from gradsight.static.state import State
from gradsight.static.walker import Reads, is_module_scope

_EMPTY: dict[str, Object] = {}


def still_hold(reads: Reads, state: State) -> bool:
    """Whether names of modules hold what they held when they were read, and go on doing so."""
    scopes = state.scopes
    return all(
        is_unchanging(item) and scopes.get(scope, _EMPTY).get(name) == item for (scope, name), item in reads.items()
    )


def is_unchanging(item: Object | None) -> bool:
    """Whether no statement can change in place what this object leads to."""
    match item:
        case Function():
            held = [*item.defaults, *(value for _, value in item.keyword_defaults)]
            return is_module_scope(item.scope) and all(is_unchanging(value) for value in held)
        case Class():
            return all(is_unchanging(member) for member in (*item.namespace.values(), *item.bases))
        case None | Dotted() | Module() | Const() | Scalar() | Unknown():
            return True
    return False


def repeat(before: State, after: State, state: State) -> None:
    """Adds to `state` what a step added that went from `before` to `after` and depended on nothing else in them."""
    for number, became in after.scopes.items():
        was = before.scopes.get(number, _EMPTY)
        if not is_module_scope(number):
            if was is _EMPTY:
                state.scopes[number] = became.copy()
            continue
        scope = state.scopes.setdefault(number, {})
        for name in was.keys() - became.keys():
            scope.pop(name, None)
        for name, item in became.items():
            if was.get(name) is not item:
                scope[name] = item
    state.heap |= {number: item for number, item in after.heap.items() if number not in before.heap}
    state.tensors |= {number: value for number, value in after.tensors.items() if number not in before.tensors}
    state.versions |= {storage: count for storage, count in after.versions.items() if storage not in before.versions}
    state.gradients |= {number: has for number, has in after.gradients.items() if number not in before.gradients}
    state.views |= {view: base for view, base in after.views.items() if view not in before.views}
    state.dtypes |= {number: name for number, name in after.dtypes.items() if number not in before.dtypes}
    state.untracked |= after.untracked - before.untracked
    state.escaped |= after.escaped
    state.modes = after.modes
    state.kept = after.kept
