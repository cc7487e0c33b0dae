"""What the program's own classes do under operators, `[]`, `len()`, `in`, iteration and conditions."""

from __future__ import annotations

import ast

from gradsight.static import functions
from gradsight.static.objects import Arguments, Class, Const, EnumMember, Function, Instance, Object, Tuple
from gradsight.static.walker import Walker


def call_special(w: Walker, node: ast.AST, receiver: Object, name: str, *arguments: Object) -> Object | None:
    """The result of `receiver.<name>(...)`; None where its class in the program has no such method."""
    found = w.deref(receiver, Instance)
    of: Object | None = found.type if found is not None else None
    if isinstance(receiver, Tuple):
        of = receiver.owner
    if not isinstance(of, Class):
        return None
    method = functions.find_method(of, name)
    if method is None or not isinstance(method[0], Function):
        return None
    return w.call(w, node, functions.bind_receiver(method[0], receiver, method[1]), Arguments(arguments))


def same_member(left: Object, right: Object) -> bool | None:
    """Whether two things are the same, where one of them is the member of an enumeration."""
    if isinstance(left, EnumMember) and isinstance(right, EnumMember):
        return left == right
    for one, other in ((left, right), (right, left)):
        if isinstance(one, EnumMember) and isinstance(other, Const):
            return one.value == other if one.value == other else None
    return None
