"""What data loaders give: batches, whose parts are tensors that do not require grad."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.autograd.events import Created
from gradsight.autograd.starts import LOADER
from gradsight.static.objects import UNKNOWN, Object, Unknown
from gradsight.static.walker import Walker

DATA = Unknown("data")
"""A data set or a loader of one."""
BATCH = Unknown("batch")
"""What iterating over it gives: a tensor, or several in a tuple or dictionary."""
_MOVES = frozenset(["to", "cuda", "cpu", "pin_memory"])


def part(w: Walker, node: ast.AST) -> Object:
    """One part of a batch."""
    number = w.recorder.number()
    value = replace(w.new_value(requires_grad=False, is_leaf=True), made_by=number)
    w.recorder.add(Created(id=number, site=w.site(node), branch=w.branch, calls=w.calls, value=value, by=LOADER))
    return w.keep(value)


def call_method(name: str) -> Object:
    """A method of a batch."""
    return BATCH if name in _MOVES else UNKNOWN
