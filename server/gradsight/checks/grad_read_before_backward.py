"""`.grad` is used before any backward could have filled it.

## What happens
`.grad` of a leaf is None until a `backward()` goes through it. A function that only reads `.grad` computes nothing, and
using None as a gradient raises an AttributeError or a TypeError, or changes nothing (`clip_grad_norm_` skips it).

## Example
```python
w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
step = 0.1 * w.grad
```

## Instead
```python
w = torch.ones(3, requires_grad=True)
loss = (w * w).sum()
loss.backward()
step = 0.1 * w.grad
```

## When it is fine
Printing `.grad` to see that it is None, asking `if w.grad is not None:` first, and reading it after a backward on some
path.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gradsight.autograd.events import Applied, BackwardCalled, Created, Event, GradRead, MethodNamed, Opaque, compatible
from gradsight.autograd.graph import behind
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import assigned_name, receiver_of, source
from gradsight.document import Document
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import statements
from gradsight.syntax.found import Found
from gradsight.syntax.ranges import range_of
from gradsight.syntax.uses import Use, use_of
from gradsight.text import Place, Range, Site

CHECK = Check(
    code="GS403",
    name="grad-read-before-backward",
    severity=Severity.WARNING,
    message="`{read}` is still None here: no `backward()` has run yet that could have given {name} a gradient.",
    variants={"never": "`{read}` is None: nothing in this program calls `backward()`, so {name} gets no gradient."},
    page=__doc__,
)


_CALL = re.compile(r"\bbackward\s*\(")


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Reads that come too early on every path."""
    for read in view.trace.each(GradRead):
        value = read.value
        if not (value.requires_grad and value.is_leaf and read.has_grad is False) or view.expects_error(read):
            continue
        made = view.trace.maker(value)
        if not isinstance(made, Created) or comes_from_elsewhere(view, read, made) or may_have_gradient(view, read):
            continue
        found = view.found(read)
        if found is not None and clears_only(found):
            continue  # there is nothing to clear yet, and nothing missed but a question
        use = use_of(found) if found is not None else Use.SHOWN
        never = not view.backwards and not any(_CALL.search(document.text) for document in view.documents.values())
        # Keeping None for later is only wrong for sure where no later moment can fill it.
        if use is not Use.NEEDED and (use is not Use.KEPT or not never or not view.trace.complete):
            continue
        later = _backward_behind(view, read, found) if found is not None else None
        yield CHECK.finding(
            view.place(read), view.trace, read, variant="never" if never else None,
            related=[view.related(later[0], "the backward comes only here")] if later else [],
            fixes=_fixes(view, read, later), read=source(view, read), name=receiver_of(view, read),
        )  # fmt: skip


def clears_only(found: Found) -> bool:
    """Whether a gradient is read only to be reset: `w.grad.zero_()`, `w.grad.data.zero_()`, `w.grad.detach_()`."""
    outer = [parent for parent in reversed(found.parents) if not isinstance(parent, ast.Call)]
    for parent in outer:
        if not isinstance(parent, ast.Attribute):
            return False
        if parent.attr in ("zero_", "detach_", "fill_"):
            return True
        if parent.attr != "data":
            return False
    return False


def comes_from_elsewhere(view: View, read: GradRead, made: Created) -> bool:
    """Whether the read is in a function that nobody in sight calls, and the tensor was there before: then whoever
    calls it may have called `backward()` too."""
    if view.trace.observed:
        return False
    (here, around), (there, _) = (_outermost(view, event) for event in (read, made))
    return around is not None and (not around.contains(there.range) or here.path != there.path)


def _outermost(view: View, event: Event) -> tuple[Place, Range | None]:
    """The outermost place of an event, and the function around it; None at the top level."""
    place = view.place((*event.calls, event.site)[0])
    found = view.documents[place.path].find(place.range)
    for around in found.around() if found is not None else ():
        if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef):
            return place, around.range
    return place, None


def may_have_gradient(view: View, read: GradRead) -> bool:
    """Whether anything before the read could have filled `.grad`, or was meant to (and is reported itself)."""
    for event in view.trace.events:
        if event.id > read.id:
            break
        if not compatible(event, read):
            continue
        if isinstance(event, BackwardCalled) and event.api == "backward":
            return True
        if isinstance(event, MethodNamed) and event.method == "backward":
            return True
        if isinstance(event, Opaque) and (event.touched is None or read.value.id in event.touched):
            return True
    return False


def _backward_behind(view: View, read: GradRead, found: Found) -> tuple[Place, Place] | None:
    """The `backward()` that follows the read in its block or one around it, and the statement it comes too late for."""
    for around in (found, *found.around()):
        if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            break
        if not isinstance(around.node, ast.stmt):
            continue
        for statement, line in _following(view.documents[read.site.path], around):
            match statement:
                case ast.Expr(ast.Call(func=ast.Attribute(attr="backward")) as call):
                    path = read.site.path
                    return Place(path, range_of(call).moved(line)), Place(path, around.range)
    return None


def _following(document: Document, found: Found) -> Iterator[tuple[ast.stmt, int]]:
    """The statements behind the one found, in its block, with the line from which each counts."""
    block = found.block
    if block is not None:
        yield from ((statement, found.line) for statement in block[block.index(found.statement) + 1 :])
        return
    for placed in document.chunks:
        if placed.line > found.line:
            yield from ((statement, placed.line) for statement in placed.chunk.body)


def _fixes(view: View, read: GradRead, later: tuple[Place, Place] | None) -> list[Fix]:
    """Move the backward up where it follows; without any, call it on the loss."""
    if later is not None:
        backward, late_for = later
        moved = statements.move_before(view.documents[backward.path], backward, late_for)
        return [moved] if moved is not None else []
    if view.backwards or any(_CALL.search(document.text) for document in view.documents.values()):
        return []
    for depth in range(len(read.calls), -1, -1):
        # The read itself, then the call that led there, and so on outwards: the loss is known in one of these frames.
        calls, site = read.calls[:depth], (*read.calls, read.site)[depth]
        here, loss = view.found(view.place(site)), _loss(view, read, calls, site)
        if here is None or loss is None:
            continue
        name, made = loss
        for around in (here, *here.around()):
            if isinstance(around.node, ast.stmt) and around.shares_block(made):
                statement = Place(site.path, around.range)
                fix = statements.insert_before(view.documents[site.path], statement, f"{name}.backward()")
                return [fix] if fix is not None else []
    return []


def _loss(view: View, read: GradRead, calls: tuple[Site, ...], site: Site) -> tuple[str, Found] | None:
    """The last one-element result of the frame of `calls` that depends on the leaf and has a name; and what made it."""
    last = None
    for op in view.trace.each(Applied):
        if op.id > read.id or op.site.path != site.path or op.calls != calls:
            continue
        if any(output.elements == 1 and read.value.id in behind(view.trace, output).leaves for output in op.outputs):
            found, name = view.found(op), assigned_name(view, op)
            if found is not None and name is not None:
                last = name, found
    return last
