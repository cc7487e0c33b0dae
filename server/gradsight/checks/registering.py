"""What the checks for unregistered members of modules share: where a member is given, and how to register it."""

from __future__ import annotations

import ast

from gradsight.autograd.events import BackwardCalled
from gradsight.autograd.module_events import MemberSet
from gradsight.autograd.wiring import Concealed
from gradsight.checks.view import View
from gradsight.finding import Fix, Related
from gradsight.repair import calls
from gradsight.repair.names import local_name
from gradsight.syntax.found import Found
from gradsight.text import Place


def value_place(view: View, given: MemberSet) -> Place | None:
    """Where the value stands that an attribute was given."""
    found = view.found(given)
    if found is not None and isinstance(found.node, ast.Assign | ast.AnnAssign) and found.node.value is not None:
        return Place(view.place(given).path, found.range_of(found.node.value))
    if (buffer := buffer_call(view, given)) is not None:
        call, found = buffer
        return Place(view.place(given).path, found.range_of(call.args[1]))
    return None


def buffer_call(view: View, given: MemberSet) -> tuple[ast.Call, Found] | None:
    """The call of `register_buffer(name, tensor)` that gave a module the attribute, if that is how it was given."""
    found = view.found(given)
    match found.node if found is not None else None:
        case ast.Call(func=ast.Attribute(attr="register_buffer"), args=[_, _, *_]) as call if found is not None:
            return call, found
    return None


def is_deliberate(view: View, place: Place) -> bool:
    """`[teacher]`: one module from elsewhere in a list of its own is the usual way to hide it."""
    match view.node(place):
        case ast.List(elts=[ast.Name() | ast.Attribute()]) | ast.Tuple(elts=[ast.Name() | ast.Attribute()]):
            return True
    return False


def used_at(view: View, concealed: Concealed) -> list[Related]:
    """Where what is hidden takes part in training."""
    if isinstance(concealed.use, BackwardCalled):
        return [view.related(concealed.use, "gives them gradients that no optimizer uses")]
    return [view.related(concealed.use, "they are used here")]


def wrapped(view: View, place: Place, concealed: Concealed, listed: str, table: str) -> list[Fix]:
    """The container becomes one that registers what it holds."""
    hidden = concealed.hidden
    document = view.documents[place.path]
    if hidden.nested or hidden.other or hidden.container not in ("list", "tuple", "dict"):
        return []
    if hidden.container == "dict" and (hidden.text_keys is False or _needs_dict(view, concealed.given)):
        return []
    kind = table if hidden.container == "dict" else listed
    text = view.text(place)
    if text in ("[]", "{}", "list()", "dict()", "()"):
        callee = local_name(document, f"torch.nn.{kind}", place)
        fix = None if callee is None else calls.replace(document, place, f"{callee}()", title=f"Use `{callee}()`")
    else:
        fix = calls.wrap_in_call(document, place, f"torch.nn.{kind}")
    return [fix] if fix is not None else []


def _needs_dict(view: View, given: MemberSet) -> bool:
    """Whether the text asks the attribute for what only a dictionary can do."""
    text = view.documents[given.site.path].text
    return any(f".{given.attribute}.{method}(" in text for method in ("get", "setdefault", "popitem", "copy"))
