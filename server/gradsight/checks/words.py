"""How messages name things: values by the user's names, events by the user's own text."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from gradsight.autograd.events import Applied, BackwardCalled, Created, Event, GradRead, Mutated
from gradsight.autograd.module_events import ModuleBuilt
from gradsight.autograd.values import Value
from gradsight.text import Place, Range

if TYPE_CHECKING:
    from gradsight.checks.view import View

_LONGEST = 60
_MOST_NAMES = 3


def source(view: View, at: Event | Place) -> str:
    """The user's text there on one line, shortened where it is long."""
    text = " ".join(view.text(at).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def name_of(view: View, value: Value) -> str:
    """What the user calls a value: its name in backquotes, else the one it was given, else what made it."""
    if value.name:
        return f"`{value.name}`"
    maker = view.trace.maker(value)
    if isinstance(maker, Applied | Created) and maker.site.path in view.documents:
        text = assigned_name(view, maker) or source(view, maker)
        if text and not text.endswith("…"):
            return f"`{text}`"
    return "the result"


def receiver_of(view: View, read: GradRead) -> str:
    """What the text reads `.grad` from, in backquotes."""
    found = view.found(read)
    if found is not None and isinstance(found.node, ast.Attribute):
        return f"`{found.text(found.node.value)}`"
    return name_of(view, read.value)


def root_of(view: View, call: BackwardCalled) -> str:
    """What the text calls `backward()` on, in backquotes: the name there, else what the roots are called."""
    found = view.found(call)
    match found.node if found is not None else None:
        case ast.Call(func=ast.Attribute(value=ast.Name() | ast.Attribute() as root, attr="backward")):
            text = found.text(root) if found is not None else ""
            if call.api == "backward" and not text.endswith("autograd"):
                return f"`{text}`"
    return ", ".join(name_of(view, root) for root in call.roots)


def assigned_name(view: View, maker: Event) -> str | None:
    """The name that the statement around gives to what was made there: `w` of `w = torch.ones(3)`."""
    found = view.found(maker)
    target: ast.expr | None = None
    if found is not None:
        match found.parents:
            case [*_, ast.Assign(targets=[single])] | [*_, ast.AnnAssign(target=single)] | [*_, ast.NamedExpr(single)]:
                target = single
            case [*_, ast.Assign(targets=[ast.Tuple(elts=names)]), ast.Tuple(elts=parts)] if found.node in parts:
                target = names[parts.index(found.node)] if len(names) == len(parts) else None
    return found.text(target) if found is not None and isinstance(target, ast.Name | ast.Attribute) else None


def written(view: View, write: Mutated) -> str:
    """What is written in place, as the statement itself calls it: `y` of `y += 1`, `y[0] = 1` and `y.add_(1)`."""
    found = view.found(write)
    node = found.node if found is not None else None
    match node:
        case ast.AugAssign(target=part) | ast.Assign(targets=[part]):
            pass
        case ast.Call(func=ast.Attribute(value=part), args=[]) | ast.Call(args=[part], func=ast.Name()):
            pass
        case ast.Call(func=ast.Attribute(value=receiver), args=[first, *_]):
            part = first if write.op.startswith("torch.nn.") else receiver
        case _:
            return name_of(view, write.target)
    while isinstance(part, ast.Subscript):
        part = part.value
    text = found.text(part) if found is not None else ""
    return f"`{text}`" if re.fullmatch(r"[\w.]+", text) else name_of(view, write.target)


def goes_on(place: Place, told: Collection[Place]) -> bool:
    """Whether this place was told already, or is a chain (`t.mul_(2).add_(1)`) whose beginning was."""
    return any(place.path == other.path and place.range.contains(other.range) for other in told)


def listed(view: View, values: Iterable[Value]) -> str:
    """Several values: `a`, `b` and 4 more."""
    names = list(dict.fromkeys(name_of(view, value) for value in values))
    if len(names) > _MOST_NAMES:
        names = [*names[: _MOST_NAMES - 1], f"{len(names) - _MOST_NAMES + 1} more"]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else "".join(names)


def op_name(event: Applied) -> str:
    """What a reader calls an op: `exp` for `torch.Tensor.exp`, `Linear` for `torch.nn.Linear`, `mul` for `*`."""
    return re.sub(r"^__i?(\w+?)__$", r"\1", event.op.rpartition(".")[2])


def tail_of(view: View, event: Event) -> Place:
    """What is written behind a value: `.detach()`, `.data`, `.item()`; the whole call for `float(t)`."""
    place = view.place(event)
    found = view.found(place)
    if found is None or (isinstance(found.node, ast.Call) and found.node.args):
        return place
    attribute = found.node.func if isinstance(found.node, ast.Call) else found.node
    if not isinstance(attribute, ast.Attribute):
        return place
    lines = found.lines
    name = lines.offset(found.range_of(attribute).end) - len(attribute.attr)
    dot = lines.text.rfind(".", lines.offset(found.range_of(attribute.value).end), name)
    return Place(place.path, Range(lines.position(dot), place.range.end)) if dot >= 0 else place


def owners(view: View, values: Iterable[Value]) -> str:
    """The modules that parameters belong to, as the user calls them: `self.encoder` and `self.head`."""
    left = {value.id: value for value in values}
    names: list[str] = []
    built = sorted(view.trace.each(ModuleBuilt), key=lambda event: -len(event.registered))
    for event in built:
        numbers = {value.id for value in event.registered}
        if numbers and numbers <= left.keys():
            names.append(assigned_name(view, event) or event.type)
            left = {number: value for number, value in left.items() if number not in numbers}
    names += [_owner(value.name) if value.name else "a module" for value in left.values()]
    told = [f"`{name}`" for name in dict.fromkeys(names)]
    if len(told) > _MOST_NAMES:
        told = [*told[: _MOST_NAMES - 1], f"{len(told) - _MOST_NAMES + 1} more"]
    return f"{', '.join(told[:-1])} and {told[-1]}" if len(told) > 1 else "".join(told) or "nothing"


def _owner(name: str) -> str:
    first, *others = name.split(".")
    return f"{first}.{others[0]}" if len(others) > 1 and first == "self" else first if others else name
