"""How messages name things: values by the user's names, events by the user's own text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gradsight.autograd.events import Applied, Created, Event, Stepped
from gradsight.autograd.values import Value
from gradsight.text import Place

if TYPE_CHECKING:
    from gradsight.checks.view import View

_LONGEST = 60
_MOST_NAMES = 3


def source(view: View, at: Event | Place) -> str:
    """The user's text there on one line, shortened where it is long."""
    text = " ".join(view.text(at).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def name_of(view: View, value: Value) -> str:
    """What the user calls a value: its name in backquotes, else the expression that made it."""
    if value.name:
        return f"`{value.name}`"
    maker = view.trace.maker(value)
    if isinstance(maker, Applied | Created) and maker.site.path in view.documents:
        text = source(view, maker)
        if text and not text.endswith("…"):
            return f"`{text}`"
    return "the result"


def listed(view: View, values: Iterable[Value]) -> str:
    """Several values: `a`, `b` and 4 more."""
    names = list(dict.fromkeys(name_of(view, value) for value in values))
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def op_name(event: Applied) -> str:
    """What a reader calls an op: `exp` for `torch.Tensor.exp`, `Linear` for `torch.nn.Linear`, `mul` for `*`."""
    return re.sub(r"^__i?(\w+?)__$", r"\1", event.op.rpartition(".")[2])


def without_effect(view: View, wish: Event) -> str:
    """What the missing gradient does to the event that wanted it."""
    text = source(view, wish)
    return f"`{text}` leaves it as it is" if isinstance(wish, Stepped) else f"`{text}` is None"
