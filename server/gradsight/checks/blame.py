"""How findings about a cut are told: once per place, with the way of the gradient as related locations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gradsight.autograd.cuts import Blame
from gradsight.autograd.events import Applied, Created, Cut, Event, Stepped
from gradsight.autograd.values import Form, Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import listed, name_of, source, tail_of
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import calls
from gradsight.text import Place

COPYING = ("dtype", "device", "requires_grad", "volatile")
"""Keywords of a copy that its original can do without."""

Fixes = Callable[[View, Blame, Place], list[Fix]]


def told(
    check: Check,
    view: View,
    kind: Cut,
    where: Callable[[View, Blame], Place | None],
    fixes: Fixes,
    severity: Severity = Severity.ERROR,
) -> Iterator[Finding]:
    """One finding for each place where a cut of this kind costs somebody a gradient; those that raise come first.

    The check's message is for a leaf that waits in vain, with the fields `cut`, `value`, `result`, `call`, `leaves`
    and `effect`; its variant `raises` for a root without a graph, with `root` instead of the last two; its variant
    `term` for a part of the loss that is a constant, with `term` and `root` instead of them. A message may leave
    fields out; a check that lacks a variant does not tell of it.
    """
    seen: set[Place] = set()
    for blame in sorted(view.blames, key=lambda blame: (not blame.raises, blame.term is not None)):
        variant = "raises" if blame.raises else "term" if blame.term is not None else None
        if blame.kind is not kind or (variant is not None and variant not in check.variants):
            continue
        place = where(view, blame)
        if place is None or place in seen or view.expects_error(blame.call):
            continue
        seen.add(place)
        yield check.finding(
            place,
            view.trace,
            blame.cut,
            blame.call,
            variant=variant,
            severity=severity if blame.raises else Severity.WARNING,
            related=related(view, blame),
            fixes=fixes(view, blame, place),
            **{name: word for name, word in words(view, blame, place).items() if name in check.fields(variant)},
        )


def words(view: View, blame: Blame, place: Place) -> dict[str, Any]:
    """The fields of a message about a cut."""
    found: dict[str, Any] = {
        "cut": source(view, place),
        "value": value_of(view, blame),
        "result": f"`{source(view, blame.cut)}`",
        "call": f"`{source(view, blame.call)}`",
    }
    if blame.raises or blame.term is not None:
        roots = [root for root in blame.call.roots if blame.raises and root.requires_grad is False]
        found["root"] = name_of(view, (*roots, *blame.call.roots)[0])
    if blame.term is not None:
        made = view.trace.maker(blame.term)
        itself = made is not None and made.site == blame.cut.site
        found["term"] = "the result" if itself else name_of(view, blame.term)
    elif not blame.raises:
        found |= {"leaves": listed(view, blame.leaves), "effect": effect(view, blame)}
    return found


def value_of(view: View, blame: Blame) -> str:
    """What the cut was applied to."""
    tracked = [value for value in blame.cut.inputs if value.requires_grad is True]
    inputs = [tensor_of(view, value) for value in tracked or blame.cut.inputs]
    return name_of(view, inputs[0]) if len(inputs) == 1 else listed(view, inputs) if inputs else "its argument"


def tensor_of(view: View, value: Value) -> Value:
    """The tensor that a number or an array was taken from; the value itself where that is not known."""
    maker = view.trace.maker(value)
    if value.form is not Form.TENSOR and value.name is None and isinstance(maker, Applied) and len(maker.inputs) == 1:
        return maker.inputs[0]
    return value


def effect(view: View, blame: Blame) -> str:
    """What follows for whoever wanted the gradient."""
    if blame.wish is None:
        return "nothing"
    text = source(view, blame.wish)
    return f"`{text}` changes nothing there" if isinstance(blame.wish, Stepped) else f"`{text}` is None"


def related(view: View, blame: Blame, *more: tuple[Event, str]) -> list[Related]:
    """Where the gradient should have arrived, what else there is to say, and where the loss of it shows."""
    told = list(more)
    for leaf in blame.leaves[:3]:
        made = view.trace.maker(leaf)
        if isinstance(made, Created):
            told.append((made, f"{name_of(view, leaf)} is made here and waits for a gradient"))
    told += [(link, "the history is dropped here") for link in blame.behind_it[:2]]
    constant = None if blame.term is None else view.trace.maker(blame.term)
    if constant is not None and constant.site != blame.cut.site:
        told.append((constant, "this part of the loss is a constant"))
    found = view.in_order(told)
    found.append(view.related(blame.call, "raises here" if blame.raises else "gives no gradient to what lies behind"))
    if blame.wish is not None:
        found.append(view.related(blame.wish, "misses the gradient"))
    return found


def tail(view: View, blame: Blame) -> Place:
    """What is written behind the value: `.detach()`, `.data`, `.item()`; the whole call for `float(t)`."""
    return tail_of(view, blame.cut)


def undone(view: View, blame: Blame) -> list[Fix | None]:
    """What takes back the further links of a conversion, such as `.item()` of `torch.tensor(t.item())`."""
    places = dict.fromkeys(view.place(link) for link in blame.behind_it)
    return [calls.remove_tail(view.documents[place.path], place) for place in places]
