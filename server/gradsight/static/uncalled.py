"""Functions and methods that nobody calls: each is walked alone, from the state at the end of the document.

The walk of one is kept with what it read from the document's own scope, and reused while that is
the same: then an edit costs the functions it touches.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from gradsight.autograd.events import Event
from gradsight.autograd.loop_events import WalkedAlone
from gradsight.static import custom_functions, functions, modules, roles
from gradsight.static.blocks import Base, Block, finish
from gradsight.static.objects import Arguments, Class, Code, Dotted, Function, Object
from gradsight.static.recorder import Recorder
from gradsight.static.state import State
from gradsight.static.walker import BudgetSpent, Walker

BUDGET = 30_000
"""What the walk of one function may cost."""
_FOR_OTHERS = 700
"""How much of it may go into functions of other files."""
_FIRST_STEP = 1 << 60


@dataclass(frozen=True, slots=True)
class Root:
    """A function to walk alone, and the class whose method it is."""

    function: Function
    owner: Class | None


@dataclass(frozen=True, slots=True)
class Alone:
    """The walk of one function alone."""

    root: Root
    block: Block


def roots(path: str, scope: Mapping[str, Object], entered: dict[Code, int]) -> Iterator[Root]:
    """The functions and methods of the document that no call has reached, in no particular order."""
    seen: set[Code] = set()
    for item in list(scope.values()):
        if isinstance(item, Function):
            if item.code not in entered and item.code not in seen and item.code.path == path:
                seen.add(item.code)
                yield Root(item, None)
        elif isinstance(item, Class):
            for member in item.namespace.values():
                if not isinstance(member, Function) or member.code.path != path:
                    continue
                if member.code not in entered and member.code not in seen:
                    seen.add(member.code)
                    yield Root(member, item)


def walk_alone(w: Walker, base: Base, root: Root, earlier: Callable[[int], Event | None], budget: int) -> Alone:
    """Walks one function with arguments of which only the role is known."""
    code = root.function.code
    step = _FIRST_STEP + (code.chunk << 24) + (getattr(code.node, "lineno", 0) << 4)
    state = base.begin()
    # When it will be called is not known: neither what code out of sight holds by then, nor the grad mode.
    state.escaped, state.modes = frozenset(), State().modes
    alone = Walker(code.path, state, Recorder(step, earlier), budget)
    alone.wire(w)
    alone.alone = True
    alone.frame.chunk = code.chunk
    alone.least_for_others = budget - _FOR_OTHERS
    try:
        _enter(alone, root)
    except BudgetSpent:
        alone.log.complete, alone.log.spent = False, True
    return Alone(root, finish(alone, state, {}, w.entered, budget))


def _enter(w: Walker, root: Root) -> None:
    node = root.function.code.node
    if isinstance(node, ast.Lambda):
        return
    if root.owner is None:
        _walk_body(w, root.function, roles.arguments_of(w, node, 0), None)
        return
    static = any(decorator == Dotted("staticmethod") for decorator, _ in root.function.decorators)
    if custom_functions.is_function(root.owner) and node.name in ("forward", "backward", "setup_context"):
        if node.name == "forward":
            custom_functions.walk_alone(w, root.owner, root.function)
        elif functions.find_method(root.owner, "forward") is None:
            _walk_body(w, root.function, roles.arguments_of(w, node, 0), None)
        return
    if static:
        _walk_body(w, root.function, roles.arguments_of(w, node, 0), None)
        return
    init = functions.find_method(root.owner, "__init__")
    given: dict[str, Object] = {}
    if init is not None and isinstance(init[0], Function) and not isinstance(init[0].code.node, ast.Lambda):
        given = roles.arguments_of(w, init[0].code.node, 1, root.owner.node)
    instance = modules.instantiate(w, root.owner.node, root.owner, Arguments((), given))
    if w.live is not None and node.name != "__init__":
        bound = functions.bind_receiver(root.function, instance, root.owner)
        owned = getattr(bound, "function", root.function)
        _walk_body(w, owned, roles.arguments_of(w, node, 1), instance)


def _walk_body(w: Walker, function: Function, given: dict[str, Object], receiver: Object | None) -> None:
    decorators = tuple(pair for pair in function.decorators if pair[0] != Dotted("contextlib.contextmanager"))
    bare = replace(function, wrapped=None, decorators=decorators)
    begin = w.recorder.number()
    result = functions.call_function(w, function.code.node, bare, Arguments((), given), receiver)
    left = [result, *given.values(), *([receiver] if receiver is not None else [])]
    touched = w.state.reachable(left) if w.live is not None else frozenset()
    w.record(WalkedAlone, function.code.node, begin=begin, touched=touched)
