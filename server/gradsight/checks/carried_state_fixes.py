"""Repairs for state that takes its graph along: detached at the loop's edge, or computed inside the loop."""

from __future__ import annotations

import ast

from gradsight.autograd.events import BackwardCalled
from gradsight.checks.carried_state import Edge, loop_around
from gradsight.checks.view import View
from gradsight.document import Document
from gradsight.finding import Fix
from gradsight.repair import calls, statements
from gradsight.repair.build import combined
from gradsight.syntax.ranges import range_of
from gradsight.syntax.stores import reads
from gradsight.text import Place


def detached(view: View, found: Edge, call: BackwardCalled, *, several: bool, summed: bool) -> Fix | None:
    """What is carried loses its graph behind the backward, or where it is stored; `several`: it is a tuple of
    tensors; `summed`: it is a container whose content is summed up."""
    document, at = view.documents[found.place.path], view.place(call)
    if isinstance(found.store.statement, ast.AugAssign):
        return _only_the_newest(view, found, call)
    together = view.function(found.place) == view.function(at)
    if found.store.added:
        if together and summed:
            return statements.insert_after(document, at, f"{found.name}.clear()")
        return _append(document, found, found.store.value)
    if not isinstance(found.store.target, ast.Name | ast.Attribute):
        return _append(document, found, found.store.value) if _is_plain(found.store.value) else None
    name = found.here.text(found.store.target)
    text = f"{name} = tuple(part.detach() for part in {name})" if several else f"{name} = {name}.detach()"
    together_carried = _unpacked_together(view, found)
    if len(together_carried) > 1:
        name = ", ".join(together_carried)
        text = f"{name} = {', '.join(f'{part}.detach()' for part in together_carried)}"
    title = f"Detach `{name}` between the passes"
    if together and found.place.range.start < at.range.start:
        return statements.insert_after(document, at, text, title=title)
    if together and not _is_plain(found.store.value):
        return statements.insert_after(document, found.place, text, title=title)
    if _is_plain(found.store.value):
        return _append(document, found, found.store.value)
    if _read_below(found):
        return None
    return statements.insert_after(document, found.place, text, title=title)


def _unpacked_together(view: View, found: Edge) -> list[str]:
    """The names of `h, c = cell(x, (h, c))` that the next pass reads, too."""
    reader = view.found(found.read)
    match found.store.statement:
        case ast.Assign(targets=[ast.Tuple(elts=parts)]) if reader is not None and found.store.target in parts:
            read = reads(reader.node)
            return [text for part in parts if (text := found.here.text(part)) in read]
    return []


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Name) or (
        isinstance(value, ast.Tuple | ast.List)
        and all(isinstance(part, ast.Name) or _is_cut(part) for part in value.elts)
    )


def _is_cut(value: ast.expr) -> bool:
    """Whether this is `x.detach()` already."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr == "detach"


def _append(document: Document, found: Edge, value: ast.expr) -> Fix | None:
    """`self.state = (h, c)` -> `self.state = (h.detach(), c.detach())`."""
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value]
    places = [Place(found.place.path, found.here.range_of(part)) for part in parts if not _is_cut(part)]
    fixes = [calls.append(document, place, ".detach()") for place in places]
    return combined(document, f"Detach `{found.name}` where it is stored", *fixes)


def _read_below(found: Edge) -> bool:
    """Whether the statements behind the store use what it stores."""
    block = found.here.block
    if block is None:
        return True
    behind = block[block.index(found.here.statement) + 1 :]
    return any(found.name in reads(statement) for statement in behind)


def _only_the_newest(view: View, found: Edge, call: BackwardCalled) -> Fix | None:
    """`total += loss; total.backward()` -> `total += loss.item(); loss.backward()`."""
    document, at = view.documents[found.place.path], view.place(call)
    called = view.found(at)
    match called.node if called is not None else None:
        case ast.Call(func=ast.Attribute(value=ast.expr() as root, attr="backward")):
            pass
        case _:
            return None
    value = found.store.value
    if called is None or called.text(root) != found.name or not isinstance(value, ast.Name):
        return None
    name = found.here.text(value)
    counted = calls.append(document, Place(found.place.path, found.here.range_of(value)), ".item()")
    asked = calls.replace(document, Place(at.path, called.range_of(root)), name)
    return combined(document, f"Go back from `{name}` alone, and sum up numbers", counted, asked)


def moved_in(view: View, found: Edge, call: BackwardCalled) -> Fix | None:
    """The statement that computes the value moves to the beginning of the loop."""
    document = view.documents[found.place.path]
    loop = loop_around(view, call)
    if loop is None or call.site.path != found.place.path or view.function(found.place) != view.function(call):
        return None
    body = getattr(loop[1].node, "body", None)
    if not body:
        return None
    first = Place(found.place.path, range_of(body[0]).moved(loop[1].line))
    return statements.move_before(document, found.place, first, title=f"Compute `{found.name}` in each pass")
