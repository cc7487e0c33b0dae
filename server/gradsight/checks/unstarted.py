"""Roots whose graph never started: what several checks ask about them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradsight.autograd.events import BackwardCalled, RequiresGradSet
from gradsight.autograd.graph import Behind, behind
from gradsight.autograd.starts import Start, possible_starts
from gradsight.autograd.values import Value
from gradsight.checks.view import View
from gradsight.checks.words import assigned_name

_ROOT_RAISED = "does not require grad and does not have a grad_fn"


def without_graph(view: View, call: BackwardCalled, found: Behind) -> Value | None:
    """The first root for which PyTorch raises because the graph behind it never started."""
    if view.trace.observed and _ROOT_RAISED not in (call.raised or ""):
        return None
    for root in call.roots:
        if root.requires_grad is False:
            alone = found if len(call.roots) == 1 else behind(view.trace, root)
            return root if never_started(alone) else None
    return None


def never_started(found: Behind) -> bool:
    """Whether all that lies behind a value is known, and none of it requires grad."""
    return found.complete and bool(found.sources) and not found.cuts and not found.leaves


def starts_behind(view: View, root: Value) -> tuple[Start, ...]:
    """The tensors that would get a gradient from there, if only they required grad."""
    return possible_starts(view.trace, root, is_wanted=lambda value: is_asked(view, value))


def is_asked(view: View, value: Value) -> bool:
    """Whether somebody wants its gradient: an optimizer, `autograd.grad`, or a reader of its `.grad`. A program that
    raised never came to read it, so the text is asked too."""
    if value.id in view.training.asked:
        return True
    maker = view.trace.maker(value)
    name = value.name or (assigned_name(view, maker) if maker is not None else None)
    if name is None or maker is None:
        return False
    return re.search(rf"\b{re.escape(name)}\.grad\b", view.documents[maker.site.path].text) is not None


def switched_off(view: View, start: Start) -> Iterator[RequiresGradSet]:
    """The last event that froze a tensor."""
    last = None
    for event in view.trace.each(RequiresGradSet):
        if event.value.id == start.value.id and event.flag is False:
            last = event
    if last is not None:
        yield last


def frozen_model(view: View, root: Value) -> tuple[RequiresGradSet, ...]:
    """What froze the parameters behind a root, if it was them that the root was to train; () else."""
    starts = starts_behind(view, root)
    frozen = [start for start in starts if start.value.requires_grad]
    if not frozen or not all(start.value.is_parameter for start in frozen):
        return ()
    if any(is_asked(view, start.value) for start in starts if start not in frozen):
        return ()
    switches = {event.id: event for start in frozen for event in switched_off(view, start)}
    return tuple(switches[number] for number in sorted(switches))
