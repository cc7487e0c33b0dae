"""Grad modes: `no_grad`, `inference_mode`, `set_grad_enabled`, `enable_grad`, as blocks, decorators and calls."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import Mode, Scope, ScopeForm, Site
from gradsight.autograd.scope_events import ModeNotEntered
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Const,
    Dotted,
    Function,
    GradMode,
    Iterator,
    Object,
    Tensor,
    Unknown,
)
from gradsight.static.state import ModeEntry as ModeEntry
from gradsight.static.walker import Walker

BY_NAME = {
    "torch.no_grad": Mode.NO_GRAD,
    "torch.autograd.no_grad": Mode.NO_GRAD,
    "torch.autograd.grad_mode.no_grad": Mode.NO_GRAD,
    "torch.enable_grad": Mode.ENABLED,
    "torch.autograd.enable_grad": Mode.ENABLED,
    "torch.inference_mode": Mode.INFERENCE,
    "torch.autograd.inference_mode": Mode.INFERENCE,
}
_SWITCHES = ("torch.set_grad_enabled", "torch.autograd.set_grad_enabled")


def construct(w: Walker, node: ast.Call, name: str, arguments: Arguments) -> Object | None:
    """`torch.no_grad()` and its siblings; None if `name` is none of them."""
    if name in _SWITCHES:
        return _switch(w, node, arguments)
    if name in ("torch.is_grad_enabled", "torch._C._get_grad_enabled"):
        return Const(not w.state.off_scope[0])
    mode = BY_NAME.get(name)
    if mode is None:
        return None
    first = arguments.get(0, "mode")
    if isinstance(first, Function):  # `f = torch.no_grad()(f)` without the second call: `torch.no_grad(f)`
        return replace(first, decorators=(*first.decorators, (GradMode(mode, w.site(node)), node)))
    if mode is Mode.INFERENCE and first is not None:
        flag = first.value if isinstance(first, Const) else None
        mode = Mode.INFERENCE if flag is True else Mode.ENABLED if flag is False else None
    return GradMode(mode, w.site(node))


def _switch(w: Walker, node: ast.Call, arguments: Arguments) -> Object:
    """`torch.set_grad_enabled(flag)` acts at once; as a context manager it is undone at the end of the block."""
    first = arguments.get(0, "mode")
    if not isinstance(first, Const):
        w.state.modes = (
            (*w.state.modes[:-1], (Mode.ENABLED, None)) if w.state.modes[-1][0] is Mode.ENABLED else w.state.modes
        )
        return GradMode(None)
    mode = Mode.ENABLED if first.value else Mode.SWITCHED_OFF
    event = w.record(Scope, node, mode=mode, form=ScopeForm.CALL)
    w.state.modes = (*w.state.modes[:-1], (mode, event.id))
    return GradMode(None)


def enter(w: Walker, manager: Object, node: ast.AST) -> Object:
    """What `with <manager> as name` binds, after the mode has been entered."""
    match manager:
        case GradMode(mode, made):
            if mode is None:
                w.state.modes = (*w.state.modes, w.state.modes[-1])
                _opened_by_with(w, node)
            else:
                _open(w, made or node, mode)
            return NONE
        case Dotted(name) if name in BY_NAME:
            w.record(ModeNotEntered, node, mode=BY_NAME[name], in_with=True)
            _open(w, node, BY_NAME[name])
            return NONE
        case Tensor() | Unknown():
            return manager if isinstance(manager, Unknown) else UNKNOWN
        case Iterator(items):  # a generator decorated with contextlib.contextmanager
            return items[0] if items else NONE
    return manager if not isinstance(manager, Dotted) else UNKNOWN


def _open(w: Walker, at: ast.AST | Site, mode: Mode) -> None:
    event = w.record(Scope, at, mode=mode, form=ScopeForm.WITH)
    w.state.modes = (*w.state.modes, (mode, event.id))


def stands_alone(w: Walker, node: ast.expr, item: Object) -> None:
    """An expression is a statement: a grad mode that is made there is never entered."""
    mode = item.mode if isinstance(item, GradMode) and isinstance(node, ast.Call) else None
    if isinstance(item, Dotted):
        mode = BY_NAME.get(item.name)
    if mode is not None:
        w.record(ModeNotEntered, node, mode=mode, in_with=False)


def _opened_by_with(w: Walker, node: ast.AST) -> None:
    """`with torch.set_grad_enabled(False):` acted when it was called; only now it is known to be undone."""
    last = w.recorder.events[-1] if w.recorder.events else None
    if isinstance(last, Scope) and last.site == w.site(node):
        w.recorder.events[-1] = replace(last, form=ScopeForm.WITH)


def enter_decorators(w: Walker, function: Function) -> bool:
    """Enters the grad modes that decorate a function; whether there were any."""
    entered = False
    for decorator, expression in function.decorators:
        mode = decorator.mode if isinstance(decorator, GradMode) else None
        if isinstance(decorator, Dotted):
            mode = BY_NAME.get(decorator.name)
        if mode is None and not isinstance(decorator, GradMode):
            continue
        entered = True
        if mode is None:  # `@torch.set_grad_enabled(...)`, `@torch.inference_mode(flag)`: cannot be told
            continue
        event = w.record(Scope, expression, mode=mode, form=ScopeForm.DECORATOR)
        w.state.modes = (*w.state.modes, (mode, event.id))
    return entered
