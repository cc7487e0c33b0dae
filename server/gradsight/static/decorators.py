"""Decorators that the program wrote: what they make of a function or class."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static.objects import Arguments, Bound, Class, Function, Instance, Object, Partial, Ref
from gradsight.static.walker import Walker


def applied(w: Walker, function: Function, decorator: Object, expression: ast.expr) -> Function:
    """The function after one more decorator. What is not of the program is noted and judged at each call."""
    if not _of_the_program(w, decorator):
        return replace(function, decorators=(*function.decorators, (decorator, expression)))
    result = w.call(w, expression, decorator, Arguments((function,)))
    if w.live is None or (isinstance(result, Function) and result.code is function.code):
        return function
    if isinstance(result, Function | Bound | Partial | Class) or w.deref(result, Instance) is not None:
        return replace(function, decorators=(), wrapped=result)
    return replace(function, decorators=(*function.decorators, (decorator, expression)))


def applied_to_class(w: Walker, of: Class, decorator: Object, expression: ast.expr) -> Object:
    """The class after one more decorator."""
    if not _of_the_program(w, decorator):
        return of
    result = w.call(w, expression, decorator, Arguments((of,)))
    return result if isinstance(result, Class | Function) else of


def _of_the_program(w: Walker, decorator: Object) -> bool:
    return isinstance(decorator, Function | Bound | Partial | Class) or (
        isinstance(decorator, Ref) and w.deref(decorator, Instance) is not None
    )
