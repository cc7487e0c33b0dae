"""`with`: grad modes, context managers of the program, and those that `contextlib` makes of them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from gradsight.static import assignment, exits, functions, grad_mode
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Dotted,
    Function,
    Instance,
    Object,
    Pending,
)
from gradsight.static.state import State
from gradsight.static.walker import Frame, Walker

NULL = "contextlib.nullcontext"
STACK = "contextlib.ExitStack"


def execute_with(w: Walker, statement: ast.With | ast.AsyncWith) -> None:
    """Walks a `with` statement."""
    _entered(w, statement, statement.items)


def _entered(w: Walker, statement: ast.With | ast.AsyncWith, items: Sequence[ast.withitem]) -> None:
    if not items:
        w.execute_block(w, statement.body)
        return
    item, *others = items
    modes = w.state.modes  # before `set_grad_enabled(...)` acts, which it does when it is called
    manager = w.evaluate(w, item.context_expr)
    if w.live is None:
        return

    def inside(entered: Object) -> None:
        if item.optional_vars is not None:
            assignment.assign(w, item.optional_vars, entered, statement)
        _entered(w, statement, others)

    if isinstance(manager, Pending):
        _inline(w, item.context_expr, manager, inside)
        return
    own = _method(w, manager, "__enter__")
    if own is not None:
        entered = w.call(w, item.context_expr, own, Arguments())
        if w.live is None:
            return
    else:
        entered = enter(w, manager, item.context_expr)

    def leave() -> None:
        ending = _method(w, manager, "__exit__")
        if ending is not None:
            w.call(w, item.context_expr, ending, Arguments((NONE, NONE, NONE)))
        elif w.live is not None:
            w.state.modes = modes

    exits.protected(w, statement, lambda: inside(entered), leave)


def enter(w: Walker, manager: Object, node: ast.AST) -> Object:
    """What a manager gives when it is entered that is not written in the program."""
    found = w.deref(manager, Instance)
    if found is not None and found.type == Dotted(NULL):
        return found.attributes["enter_result"]
    return grad_mode.enter(w, manager, node)


def _method(w: Walker, manager: Object, name: str) -> Object | None:
    found = w.deref(manager, Instance)
    method = functions.find_method(found.type, name) if found is not None else None
    if method is None or not isinstance(method[0], Function):
        return None
    return functions.bind_receiver(method[0], manager, method[1])


def construct(w: Walker, name: str, arguments: Arguments) -> Object | None:
    """`contextlib.nullcontext(...)`, `contextlib.ExitStack()`; None for other names."""
    if name == NULL:
        held: dict[str, Object] = {"enter_result": arguments.get(0, "enter_result") or NONE}
        return w.allocate(Instance(Dotted(NULL), held))
    return w.allocate(Instance(Dotted(STACK), {})) if name == STACK else None


def call_stack_method(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """A method of an `ExitStack`: what is entered stays so until the `with` ends that opened the stack."""
    manager = arguments.get(0, "cm") or UNKNOWN
    if name != "enter_context":
        return UNKNOWN
    own = _method(w, manager, "__enter__")
    return w.call(w, node, own, Arguments()) if own is not None else enter(w, manager, node)


# --- generator functions as context managers -------------------------------------------------------


def _inline(w: Walker, node: ast.AST, manager: Pending, inside: Callable[[Object], None]) -> None:
    """Walks the body of the generator function, and at its `yield` the block."""
    outer, calls, modes = w.frame, w.calls, w.state.modes
    entered: list[bool] = []
    resumed: list[str] = []

    def at_yield(item: Object) -> None:
        entered.append(True)
        frame, inner_calls = w.frames.pop(), w.calls
        w.calls = calls
        before = outer.returned, outer.breaks, outer.continues
        outer.returned, outer.breaks, outer.continues = None, [], []
        inside(item)
        _resume(w, outer, modes, resumed)
        _put_back(w, node, outer, before)
        w.frames.append(frame)
        w.calls = inner_calls

    functions.call_generator(w, node, manager, at_yield)
    if not entered and w.live is not None:
        inside(UNKNOWN)
    elif resumed and w.live is not None:
        _leave(w, node, outer, resumed[0], w.state)


def _resume(w: Walker, outer: Frame, modes: tuple[grad_mode.ModeEntry, ...], resumed: list[str]) -> None:
    """After a block that only returns, breaks or continues, the generator goes on with that state."""
    ways: dict[str, list[State]] = {
        "returned": [outer.returned] if outer.returned is not None else [],
        "breaks": outer.breaks,
        "continues": outer.continues,
    }
    if w.live is None and not resumed:
        for way, states in ways.items():
            if states:
                resumed.append(way)
                w.live = states.pop()
                outer.returned = None if way == "returned" else outer.returned
                break
    for states in ways.values():
        for state in states:
            state.modes = modes


def _put_back(w: Walker, node: ast.AST, outer: Frame, before: tuple[State | None, list[State], list[State]]) -> None:
    returned, breaks, continues = before
    if outer.returned is not None and returned is not None:
        returned.join(outer.returned, w.merge(node))
    outer.returned = returned if returned is not None else outer.returned
    outer.breaks, outer.continues = [*breaks, *outer.breaks], [*continues, *outer.continues]


def _leave(w: Walker, node: ast.AST, outer: Frame, way: str, state: State) -> None:
    w.live = None
    if way == "returned":
        _put_back(w, node, outer, (state, [], []))
    else:
        (outer.breaks if way == "breaks" else outer.continues).append(state)
