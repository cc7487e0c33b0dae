"""Statements: binding, branches, loops, scopes, definitions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from gradsight.autograd.loop_events import Looped
from gradsight.static import (
    assignment,
    containers,
    exits,
    functions,
    generators,
    grad_mode,
    imports,
    managers,
    matching,
    records,
)
from gradsight.static.expressions import evaluate
from gradsight.static.objects import NONE, UNKNOWN, Class, Dotted, GradMode, Object, Range
from gradsight.static.operators import as_truth
from gradsight.static.state import State
from gradsight.static.walker import Walker

_RESULT = "<result>"


def execute_block(w: Walker, body: Sequence[ast.stmt]) -> None:
    """Walks statements until the path ends."""
    for statement in body:
        if w.live is None:
            return
        execute(w, statement)


def execute(w: Walker, statement: ast.stmt) -> None:
    """Walks one statement."""
    w.spend()
    handler = _HANDLERS.get(type(statement))
    if handler is None:
        return
    state, branch = w.live, w.branch
    try:
        handler(w, statement)
    except RecursionError:
        w.live, w.branch = w.live or state, branch
        _leave_out(w, statement)


def _leave_out(w: Walker, statement: ast.stmt) -> None:
    """A statement is nested too deeply: what it binds is unknown from now on."""
    w.log.complete = False
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            w.bind(node.id, UNKNOWN)


def join_into(w: Walker, node: ast.AST, *states: State | None) -> None:
    """Continues with the join of those states that are alive."""
    alive = [state for state in states if state is not None]
    w.live = alive[0] if alive else None
    for other in alive[1:]:
        w.state.join(other, w.merge(node))


# --- simple statements -------------------------------------------------------------------------


def _expression(w: Walker, statement: ast.Expr) -> None:
    node = statement.value
    item = evaluate(w, node)
    if w.live is not None and isinstance(item, GradMode | Dotted):
        grad_mode.stands_alone(w, node, item)
    if w.live is not None and isinstance(node, ast.Attribute):
        assignment.method_named(w, node, item)
    elif w.live is not None and isinstance(node, ast.Compare):
        assignment.compared_instead_of_assigned(w, statement, node)


def _return(w: Walker, statement: ast.Return) -> None:
    item = evaluate(w, statement.value) if statement.value is not None else NONE
    if w.live is None:
        return
    frame = w.frame
    if w.on_return is not None and w.on_return[0] == len(w.frames):
        w.on_return[1](statement, item)
    w.state.scopes[frame.scope][_RESULT] = item
    if frame.returned is None:
        frame.returned = w.live
    else:
        frame.returned.join(w.state, w.merge(statement))
    w.live = None


def _delete(w: Walker, statement: ast.Delete) -> None:
    for target in statement.targets:
        if isinstance(target, ast.Name):
            w.state.scopes[w.scope_of(target.id)].pop(target.id, None)
        else:
            evaluate(w, target)


def _raise(w: Walker, statement: ast.Raise) -> None:
    if statement.exc is not None:
        evaluate(w, statement.exc)
    w.live = None


def _assert(w: Walker, statement: ast.Assert) -> None:
    evaluate(w, statement.test)


def _global(w: Walker, statement: ast.Global) -> None:
    w.frame.globals.update(statement.names)


def _nonlocal(w: Walker, statement: ast.Nonlocal) -> None:
    w.frame.nonlocals.update(statement.names)


def _break(w: Walker, statement: ast.Break) -> None:
    w.frame.breaks.append(w.state)
    w.live = None


def _continue(w: Walker, statement: ast.Continue) -> None:
    w.frame.continues.append(w.state)
    w.live = None


def _import(w: Walker, statement: ast.Import | ast.ImportFrom) -> None:
    imports.bind(w, statement)


# --- branches ----------------------------------------------------------------------------------


def _if(w: Walker, statement: ast.If) -> None:
    condition = as_truth(w, evaluate(w, statement.test))
    if w.live is None:
        return
    if condition is not None:
        execute_block(w, statement.body if condition else statement.orelse)
        return
    _arms(w, statement, [statement.body, statement.orelse])


def _match(w: Walker, statement: ast.Match) -> None:
    subject = evaluate(w, statement.subject)
    if w.live is None:
        return
    arms: list[Sequence[ast.stmt]] = []
    taken = False
    for case in statement.cases:
        names: dict[str, Object] = {}
        verdict = matching.fits(w, case.pattern, subject, names)
        if verdict is False or w.live is None:
            continue
        for name, item in names.items():
            w.bind(name, item)
        guard = True if case.guard is None else as_truth(w, evaluate(w, case.guard))
        if guard is False:
            continue
        arms.append(case.body)
        taken = verdict is True and guard is True
        if taken:
            break
    if w.live is None:
        return
    if len(arms) == 1 and taken:
        execute_block(w, arms[0])
        return
    _arms(w, statement, arms if taken else [*arms, []])


def _arms(w: Walker, node: ast.stmt, arms: Sequence[Sequence[ast.stmt]]) -> None:
    """Walks each arm from the present state and joins what is left."""
    branch, number = w.branch, w.recorder.number()
    start = w.state
    ends: list[State | None] = []
    for index, body in enumerate(arms):
        w.live = start.fork() if index + 1 < len(arms) else start
        w.branch = (*branch, (number, index))
        execute_block(w, body)
        ends.append(w.live)
    w.branch = branch
    join_into(w, node, *ends)


def _try(w: Walker, statement: ast.Try) -> None:
    if not statement.finalbody:
        _guarded(w, statement)
        return
    start = w.state.fork()

    def finish() -> None:
        execute_block(w, statement.finalbody)

    if not exits.protected(w, statement, lambda: _guarded(w, statement), finish):
        w.live = start  # every path raises: what the block does on the way out still happens
        finish()
        w.live = None


def _guarded(w: Walker, statement: ast.Try) -> None:
    """`try` with its handlers."""
    start = w.state.fork()
    branch, number = w.branch, w.recorder.number()
    execute_block(w, statement.body)
    if w.live is not None:
        execute_block(w, statement.orelse)
    end = w.live
    ends = [end]
    for index, handler in enumerate(() if imports.surely(w, statement.body) else statement.handlers):
        w.live = (end or start).fork()
        w.branch = (*branch, (number, index + 1))
        if handler.name:
            w.bind(handler.name, UNKNOWN)
        execute_block(w, handler.body)
        ends.append(w.live)
    w.branch = branch
    join_into(w, statement, *ends)


# --- loops -------------------------------------------------------------------------------------

_PASSES = 2
"""What goes wrong only on the second pass (rebound parameters, gradients never cleared) shows on the second."""
_MOST_EXACT_PASSES = 4


_MOST_STATEMENTS = 160
"""How many statements a loop over items that are all known may cost: it freezes or fills each of them."""


_LONGEST_BODY = 8


def _nodes(statement: ast.AST) -> list[ast.AST]:
    """All nodes in a statement; it keeps them, since a loop is walked again and again."""
    try:
        return statement.gradsight_nodes  # type: ignore[attr-defined,no-any-return]
    except AttributeError:
        found = statement.gradsight_nodes = [*ast.walk(statement)]  # type: ignore[attr-defined]
        return found


def _is_cheap(statement: ast.For | ast.AsyncFor, passes: int) -> bool:
    inside = sum(isinstance(node, ast.stmt) for node in _nodes(statement)) - 1
    return inside <= _LONGEST_BODY and inside * passes <= _MOST_STATEMENTS


def _for(w: Walker, statement: ast.For | ast.AsyncFor) -> None:
    source = evaluate(w, statement.iter)
    if w.live is None:
        return
    modes = w.state.modes
    items, exact = containers.iterate(w, source, statement.iter)
    if any(isinstance(node, ast.Break | ast.Return) for part in statement.body for node in _nodes(part)):
        generators.left_early(w, source)
    few = exact and len(items) <= _MOST_EXACT_PASSES
    if few or (len(items) > _PASSES and not isinstance(source, Range) and _is_cheap(statement, len(items))):
        passes = items if exact else [*items, containers.further(w, source)]
    else:
        passes = (
            items[:_PASSES] if len(items) >= _PASSES else [*items, *[containers.further(w, source)] * _PASSES][:_PASSES]
        )
        if not passes:
            passes = [UNKNOWN] * _PASSES
    length = len(items) if exact else source.length if isinstance(source, Range) else None
    begin = w.recorder.number()
    rough = not exact or len(passes) < len(items)
    w.frame.rough += rough
    _loop(w, statement, len(passes), lambda index: assignment.assign(w, statement.target, passes[index], statement))
    w.frame.rough -= rough
    w.record(Looped, statement.target, begin=begin, length=length)
    if w.live is not None:
        w.state.modes = modes
        execute_block(w, statement.orelse)


def _while(w: Walker, statement: ast.While) -> None:
    condition = as_truth(w, evaluate(w, statement.test))
    if w.live is None or condition is False:
        return
    begin = w.recorder.number()
    _loop(w, statement, _PASSES, lambda index: None if index == 0 else evaluate(w, statement.test))
    w.record(Looped, statement.test, begin=begin, length=None)
    if condition is True:
        # `while True` is only left by a break, and those have been joined in by the loop.
        return
    if w.live is not None:
        execute_block(w, statement.orelse)


def _loop(w: Walker, statement: ast.For | ast.AsyncFor | ast.While, passes: int, begin: Callable[[int], Any]) -> None:
    frame = w.frame
    outer = frame.breaks, frame.continues
    frame.breaks, frame.continues = [], []
    for index in range(passes):
        begin(index)
        execute_block(w, statement.body)
        join_into(w, statement, w.live, *frame.continues)
        frame.continues = []
        if w.live is None:
            break
    endless = isinstance(statement, ast.While) and isinstance(statement.test, ast.Constant) and statement.test.value
    if endless and frame.breaks:
        w.live = None
    join_into(w, statement, w.live, *frame.breaks)
    frame.breaks, frame.continues = outer


# --- scopes and definitions --------------------------------------------------------------------


def _function(w: Walker, statement: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    function = functions.define(w, statement)
    if w.live is not None:
        w.bind(statement.name, function)


def _class(w: Walker, statement: ast.ClassDef) -> None:
    defined = functions.define_class(w, statement)
    if isinstance(defined, Class):
        defined = records.enumerated(defined)
    if w.live is not None:
        w.bind(statement.name, defined)


_HANDLERS: dict[type[ast.stmt], Callable[[Walker, Any], None]] = {
    ast.Expr: _expression,
    ast.Assign: assignment.plain,
    ast.AnnAssign: assignment.annotated,
    ast.AugAssign: assignment.augmented,
    ast.Return: _return,
    ast.Delete: _delete,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.If: _if,
    ast.Match: _match,
    ast.Try: _try,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: managers.execute_with,
    ast.AsyncWith: managers.execute_with,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
if hasattr(ast, "TryStar"):
    _HANDLERS[ast.TryStar] = _try
