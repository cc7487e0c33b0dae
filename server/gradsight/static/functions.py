"""Functions and classes of the program: defining them, binding arguments, walking their bodies."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace

from gradsight.autograd.events import Mode
from gradsight.static import decorators, grad_mode
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Class,
    Const,
    Dict,
    Dotted,
    Function,
    GradMode,
    Iterator,
    Object,
    Pending,
    Tuple,
)
from gradsight.static.walker import Frame, Walker

_DEEPEST = 14
MOST_ENTRIES = 40
"""How often the body of one function is walked at most."""
_RESULT = "<result>"
TRANSPARENT = frozenset(
    [
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "staticmethod",
        "classmethod",
        "property",
        "typing.no_type_check",
        "abc.abstractmethod",
        "torch.jit.script",
        "torch.jit.ignore",
        "torch.jit.export",
        "torch.compile",
        "torch.amp.custom_fwd",
        "torch.amp.custom_bwd",
        "torch.cuda.amp.custom_fwd",
        "torch.cuda.amp.custom_bwd",
        "torch.autograd.function.once_differentiable",
        "contextlib.contextmanager",
        "typing.override",
        "typing.overload",
        "functools.cached_property",
    ]
)
"""Decorators after which the function does to gradients what it did before."""


def define(w: Walker, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Object:
    """What the name of a `def` holds."""
    found = [(w.evaluate(w, expression), expression) for expression in reversed(node.decorator_list)]
    function = _function(w, node, node.name, node.args)
    for decorator, expression in found:
        if w.live is not None:
            function = decorators.applied(w, function, decorator, expression)
    return function


def define_lambda(w: Walker, node: ast.Lambda) -> Object:
    """A lambda."""
    return _function(w, node, "<lambda>", node.args)


def _function(
    w: Walker,
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
    name: str,
    parameters: ast.arguments,
) -> Function:
    defaults = tuple(w.evaluate(w, default) for default in parameters.defaults)
    keyword_defaults = tuple(
        (parameter.arg, w.evaluate(w, default))
        for parameter, default in zip(parameters.kwonlyargs, parameters.kw_defaults, strict=True)
        if default is not None
    )
    code = w.code_of(node, name)
    w.capture(w.frame.scope)
    return Function(code, w.frame.scope, defaults, keyword_defaults)


def define_class(w: Walker, node: ast.ClassDef) -> Object:
    """What the name of a `class` holds."""
    bases = tuple(w.evaluate(w, base) for base in node.bases)
    for keyword in node.keywords:
        w.evaluate(w, keyword.value)
    scope = w.recorder.number()
    w.state.scopes[scope] = {}
    outer = w.frame
    w.state.parents[scope] = outer.scope
    w.frames.append(Frame(scope, outer.path, outer.chunk, function=outer.function))
    try:
        w.execute_block(w, node.body)
    finally:
        w.frames.pop()
    if w.live is None:
        return UNKNOWN
    # Methods do not see the names of the class body: they close over the scope around it.
    namespace = {
        name: replace(item, scope=outer.scope) if isinstance(item, Function) and item.scope == scope else item
        for name, item in w.state.scopes.pop(scope).items()
    }
    defined: Object = Class(node.name, bases, namespace, node, outer.chunk)
    for expression in reversed(node.decorator_list):
        decorator = w.evaluate(w, expression)
        if w.live is not None and isinstance(defined, Class):
            defined = decorators.applied_to_class(w, defined, decorator, expression)
    return defined


def find_method(of: Object, name: str, after: Class | None = None) -> tuple[Object, Class] | None:
    """A name in the namespaces of a class and its bases, with the class that has it; from behind `after` on.

    None as well where the constructor of `nn.Module` comes first.
    """
    order = method_order(of)
    if after is not None and after in order:
        order = order[order.index(after) + 1 :]
    for entry in order:
        if isinstance(entry, Class):
            if name in entry.namespace:
                return entry.namespace[name], entry
        elif name == "__init__" and entry == Dotted("torch.nn.Module"):
            return None
    return None


def linearised(of: Object) -> list[Class]:
    """A class and its bases of the program, in the order of look-up."""
    return [entry for entry in method_order(of) if isinstance(entry, Class)]


def method_order(of: Object) -> list[Object]:
    """A class and all its bases in Python's method resolution order; bases outside the program as they are named.

    Where Python would refuse the order, depth first.
    """
    if not isinstance(of, Class):
        return [of] if isinstance(of, Dotted) else []
    merged: list[Object] = [of]
    waiting = [method_order(base) for base in of.bases]
    if len(waiting) == 1:
        return merged + waiting[0]
    waiting.append([base for base in of.bases if isinstance(base, Class | Dotted)])
    while waiting := [order for order in waiting if order]:
        good = (order[0] for order in waiting if not any(order[0] in other[1:] for other in waiting))
        head = next(good, waiting[0][0])
        merged.append(head)
        waiting = [[entry for entry in order if entry != head] for order in waiting]
    return merged


def outside_bases(of: Object) -> list[str]:
    """The public names of the bases that are not of the program; `?` for one that is unknown."""
    entries = method_order(of)
    names = [entry.name for entry in entries if isinstance(entry, Dotted)]
    unknown = any(
        not isinstance(base, Class | Dotted) for entry in entries if isinstance(entry, Class) for base in entry.bases
    )
    return [*names, "?"] if unknown else names


def bind_receiver(function: Function, receiver: Object, owner: Class) -> Object:
    """A function found in a class, looked up on an object."""
    known = owned(function, owner)
    for decorator, _ in function.decorators:
        if decorator == Dotted("staticmethod"):
            return known
        if decorator == Dotted("classmethod"):
            return Bound(known, owner)
    return Bound(known, receiver)


def owned(function: Function, owner: Class) -> Function:
    """A function found in a class, looked up on the class itself."""
    return replace(function, owner=owner)


def takes_receiver(function: Function) -> bool:
    """Whether what was looked up on a class wants the object as its first argument."""
    return function.owner is not None and Dotted("staticmethod") not in [each for each, _ in function.decorators]


def is_property(function: Object) -> bool:
    """Whether reading the attribute calls the function."""
    names = (Dotted("property"), Dotted("functools.cached_property"))
    return isinstance(function, Function) and any(decorator in names for decorator, _ in function.decorators)


def call_function(
    w: Walker, node: ast.AST, function: Function, arguments: Arguments, receiver: Object | None = None
) -> Object:
    """Walks the body of a function of the program with these arguments."""
    if any(decorator == Dotted("contextlib.contextmanager") for decorator, _ in function.decorators):
        return Pending(function, arguments, receiver)
    if function.wrapped is not None:
        return _call_wrapped(w, node, function, arguments, receiver)
    return _walk(w, node, function, arguments, receiver, None)


def call_generator(w: Walker, node: ast.AST, started: Pending, on_yield: Callable[[Object], None]) -> None:
    """Walks the body of a generator function; whoever consumes it is told of each item where it is yielded."""
    _walk(w, node, started.function, started.arguments, started.receiver, on_yield)


def _call_wrapped(
    w: Walker, node: ast.AST, function: Function, arguments: Arguments, receiver: Object | None
) -> Object:
    """A call that goes to what a decorator made of the function."""
    wrapped, modes = function.wrapped, w.state.modes
    scoped = grad_mode.enter_decorators(w, function)
    if isinstance(wrapped, Function):
        owned = replace(wrapped, owner=wrapped.owner or function.owner)
        result = call_function(w, node, owned, arguments, receiver)
    else:
        given = (receiver, *arguments.positional) if receiver is not None else arguments.positional
        result = w.call(w, node, wrapped or UNKNOWN, replace(arguments, positional=given))
    if scoped and w.live is not None:
        w.state.modes = modes
    return result


def _walk(
    w: Walker, node: ast.AST, function: Function, arguments: Arguments, receiver: Object | None,
    on_yield: Callable[[Object], None] | None,
) -> Object:  # fmt: skip
    code = function.code
    entries = w.entered.get(code, 0)
    if entries > MOST_ENTRIES:
        w.log.refused.add(code)
    too_far = code.path != w.path and w.budget < w.least_for_others
    if len(w.frames) > _DEEPEST or entries > MOST_ENTRIES or too_far or _unknown_decorator(function):
        w.opaque(node, [*arguments.each(), *([receiver] if receiver is not None else [])])
        return UNKNOWN
    w.spend(5)
    w.entered[code] = entries + 1
    w.log.entered.append(code)
    scope = w.recorder.number()
    w.state.parents[scope] = function.scope
    given = (
        arguments
        if receiver is None
        else Arguments((receiver, *arguments.positional), arguments.keywords, arguments.unpacked)
    )
    w.state.scopes[scope] = bind_parameters(w, code.node.args, given, function)
    modes, depth = w.state.modes, len(w.state.modes)
    # A function walked alone is entered at its own definition: nobody calls it.
    callers = w.calls if node is code.node else (*w.calls, w.site(node))
    frame = Frame(scope, code.path, code.chunk, code.name, function.owner, receiver, on_yield=on_yield)
    w.frames.append(frame)
    calls, w.calls = w.calls, callers
    try:
        scoped = grad_mode.enter_decorators(w, function)
        if isinstance(code.node, ast.Lambda):
            result = w.evaluate(w, code.node.body)
            if w.live is not None:
                w.state.scopes[scope][_RESULT] = result
        else:
            w.execute_block(w, code.node.body)
    finally:
        w.calls = calls
        w.frames.pop()
    return _finish(w, node, frame, scope, depth, modes if scoped else None)


def _finish(
    w: Walker, node: ast.AST, frame: Frame, scope: int, depth: int, modes: tuple[tuple[Mode, int | None], ...] | None
) -> Object:
    ended = w.live
    if ended is not None and frame.returned is not None:
        ended.scopes[scope].setdefault(_RESULT, NONE)
        ended.join(frame.returned, w.merge(node))
    elif ended is None:
        ended = frame.returned
    w.live = ended
    if ended is None:
        return UNKNOWN
    ended.modes = modes if modes is not None else ended.modes[:depth]
    result = ended.scopes[scope].pop(_RESULT, NONE)
    if scope not in ended.captured:
        del ended.scopes[scope]
    if frame.yielded:
        return Iterator(tuple(frame.yielded), frame.yielded[-1], exact=False)
    return result


def _unknown_decorator(function: Function) -> bool:
    return any(
        not isinstance(decorator, GradMode)
        and not (
            isinstance(decorator, Dotted) and (decorator.name in TRANSPARENT or decorator.name in grad_mode.BY_NAME)
        )
        and not isinstance(expression, ast.Attribute)  # `@value.setter`
        and not _transparent_call(decorator)
        for decorator, expression in function.decorators
    )


def _transparent_call(decorator: Object) -> bool:
    return isinstance(decorator, Const)  # what a transparent decorator factory gives (see `library`)


def bind_parameters(w: Walker, parameters: ast.arguments, given: Arguments, function: Function) -> dict[str, Object]:
    """The names that a call starts with."""
    names: dict[str, Object] = {}
    positional = [*parameters.posonlyargs, *parameters.args]
    for parameter, item in zip(positional, given.positional, strict=False):
        names[parameter.arg] = item
    keywords: Mapping[str, Object] = given.keywords
    for parameter in [*positional, *parameters.kwonlyargs]:
        if parameter.arg in keywords:
            names[parameter.arg] = keywords[parameter.arg]
    if not given.unpacked:
        for parameter, default in zip(reversed(positional), reversed(function.defaults), strict=False):
            names.setdefault(parameter.arg, default)
        for name, default in function.keyword_defaults:
            names.setdefault(name, default)
    for parameter in [*positional, *parameters.kwonlyargs]:
        names.setdefault(parameter.arg, UNKNOWN)
    if parameters.vararg is not None:
        extra = given.positional[len(positional) :]
        names[parameters.vararg.arg] = Tuple(extra) if not given.unpacked else UNKNOWN
    if parameters.kwarg is not None:
        known = {parameter.arg for parameter in [*positional, *parameters.kwonlyargs]}
        others: dict[object, Object] = {name: item for name, item in keywords.items() if name not in known}
        names[parameters.kwarg.arg] = w.allocate(Dict(others, UNKNOWN if given.unpacked else None))
    return names
