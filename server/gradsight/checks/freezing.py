"""Where a parameter was frozen, as the user would look for it."""

from __future__ import annotations

import ast

from gradsight.autograd.events import RequiresGradSet
from gradsight.checks.view import View
from gradsight.text import Place

_BUILDERS = ("__init__", "forward", "__call__")


def frozen_at(view: View, event: RequiresGradSet) -> Place:
    """The call that freezes: `freeze(encoder)` where a function only does what it is told, else the switch itself.

    A function whose work is to freeze what it is given is not to blame for what it was given; a constructor
    that freezes a part of what it builds is.
    """
    place, calls = view.place(event), event.calls
    while calls and _told_what_to_freeze(view, place):
        place, calls = view.place(calls[-1]), calls[:-1]
    return place


def _told_what_to_freeze(view: View, place: Place) -> bool:
    found = view.documents[place.path].find(place.range)
    if found is None:
        return False
    for around in found.around():
        if isinstance(around.node, ast.FunctionDef):
            return around.node.name not in _BUILDERS and _freezes_an_argument(around.node)
    return False


def _freezes_an_argument(function: ast.FunctionDef) -> bool:
    """Whether all that the function does is done to its arguments: it returns nothing of its own."""
    given = {argument.arg for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)}
    if function.args.vararg is not None:
        given.add(function.args.vararg.arg)
    results = [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]
    return bool(given) and all(
        isinstance(result, ast.Constant) or (isinstance(result, ast.Name) and result.id in given) for result in results
    )
