"""An op gets an argument at which its slope is infinite.

## What happens
The slope of `sqrt` and of `x ** 0.5` is infinite at 0, that of `acos` and `asin` at -1 and 1, that of `log` at 0, and
a division by 0 gives infinity or NaN. The result can look right (`sqrt(0)` is 0), and `backward()` does not raise. But
it multiplies that infinite slope with what comes before and after it, and infinity times zero is NaN: one element at
the edge makes the gradients of all parameters behind it NaN, and the next `optimizer.step()` writes NaN into them.

The standard deviation of one element is 0 divided by 0.

It happens where an element is exactly the edge: the distance of a point to itself on the diagonal of a matrix of
distances, a cosine that `clamp(-1, 1)` lets be exactly 1, a tensor that starts as zeros.

## Example
```python
points = nn.Parameter(torch.randn(5, 2))
distances = ((points[:, None] - points[None]) ** 2).sum(-1).sqrt()
loss = distances.mean()
loss.backward()
```

## Instead
```python
points = nn.Parameter(torch.randn(5, 2))
distances = (((points[:, None] - points[None]) ** 2).sum(-1) + 1e-12).sqrt()
loss = distances.mean()
loss.backward()
```

## When it is fine
Where the argument stays away from the edge, be it by a small constant inside (`(d + 1e-12).sqrt()`) or by bounds that
leave a gap (`clamp(-1 + 1e-6, 1 - 1e-6)`). `torch.norm`, `torch.cdist` and `F.normalize` are safe at zero: their
backward gives 0 there, or a finite number.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gradsight.autograd.edges import Edge, edge_of, is_spread_of_one
from gradsight.autograd.events import Applied, Event
from gradsight.autograd.exact import Bounded, Everywhere, Fact
from gradsight.autograd.exact_forms import Form
from gradsight.autograd.values import Value
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import op_name, source
from gradsight.finding import Finding, Fix, Related, Severity
from gradsight.repair import edges as repairs
from gradsight.repair.arguments import set_keyword
from gradsight.text import Place

CHECK = Check(
    code="GS703",
    name="nan-gradient-at-edge",
    severity=Severity.WARNING,
    message="The slope of `{op}` is infinite at {edge}, and {argument} is exactly {edge} {where}: "
    "{call} gives NaN or infinite gradients.",
    variants={
        "bound": "The slope of `{op}` is infinite at {edge}, and `{bound}` lets {argument} be exactly that: "
        "as soon as an element is, {call} gives NaN or infinite gradients.",
        "spread": "{argument} has one element there, and `{op}` divides by the number of elements less one, that is 0: "
        "the result and the gradients of {call} are NaN.",
        "division": "{argument} is exactly 0 {where}, and dividing by it gives infinity or NaN: "
        "so do the gradients of {call}.",
        "division bound": "`{bound}` lets {argument} be exactly 0, and dividing by it gives infinity or NaN: "
        "as soon as an element is, so do the gradients of {call}.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The ops of a graph that is asked for gradients whose argument can be exactly their edge."""
    told: set[Place] = set()
    for call, graph in view.backwards:
        if view.expects_error(call):
            continue
        for node in sorted(graph.nodes, key=lambda node: node.id):
            if is_spread_of_one(node) and (place := view.place(node)) not in told:
                told.add(place)
                yield spread_of_one(view, node, place, call)
            found = edge_of(node)
            if found is None or not node.outputs or node.outputs[0].requires_grad is not True:
                continue
            edge, argument = found
            reached = reaches(view.exact.of(argument, node), edge)
            if reached is None or argument.requires_grad is not True or (place := view.place(node)) in told:
                continue
            told.add(place)
            yield told_of(view, node, argument, edge, reached, call)


def spread_of_one(view: View, node: Applied, place: Place, call: Event) -> Finding:
    """The finding for a standard deviation of one element."""
    document = view.documents[place.path]
    fix = set_keyword(document, place, "unbiased", "False", title="Divide by the number of elements")
    return CHECK.finding(
        place,
        view.trace,
        node,
        call,
        variant="spread",
        related=[view.related(call, "the gradients become NaN here")],
        fixes=[fix] if fix is not None else [],
        argument=argument_of(view, place, node.inputs[0]),
        op=op_name(node),
        call=f"`{source(view, call)}`",
    )


def reaches(fact: Fact, edge: Edge) -> tuple[float, Fact, Event | None] | None:
    """The edge that elements hold exactly, what is known of them, and the event to which it is due."""
    match fact:
        case Everywhere(number, since) if number in edge.at:
            return number, fact, since
        case Form(terms=(), offset=number) if number in edge.at:
            return number, fact, fact.since
        case Bounded(points):
            return next(((number, fact, event) for number, event in points if number in edge.at), None)
    return None


def told_of(
    view: View, node: Applied, argument: Value, edge: Edge, reached: tuple[float, Fact, Event | None], call: Event
) -> Finding:
    """The finding for one op."""
    number, fact, since = reached
    place = view.place(node)
    division = edge.words != "the slope is infinite"
    words: dict[str, Any] = {"argument": argument_of(view, place, argument), "call": f"`{source(view, call)}`"}
    if not division:
        words |= {"op": op_name(node).removeprefix("__r"), "edge": shown(number)}
    related: list[Related] = []
    if isinstance(fact, Bounded):
        variant = "division bound" if division else "bound"
        drawn = bounds(fact, edge)
        words["bound"] = source(view, drawn[-1][1])
        if words["argument"] == f"`{words['bound']}`":
            words["argument"] = "it"
        if not division:
            words["edge"] = " and ".join(dict.fromkeys(shown(point) for points, _ in drawn for point in points))
        for points, event in drawn:
            through = " and ".join(shown(point) for point in points)
            related.append(view.related(event, f"the bound lets {through} through"))
    else:
        variant = "division" if division else ""
        words["where"] = "everywhere" if isinstance(fact, Everywhere) else "on the diagonal, where each meets itself"
        if since is not None:
            reason = "all elements are set here" if isinstance(fact, Everywhere) else "the diagonal becomes zero here"
            related.append(view.related(since, reason))
    related.append(view.related(call, "the gradients become NaN or infinite here"))
    return CHECK.finding(
        place,
        view.trace,
        *([since] if since is not None else []),
        node,
        call,
        variant=variant or None,
        certain=not isinstance(fact, Bounded),
        related=related,
        fixes=fixes(view, place, edge),
        **words,
    )


def bounds(fact: Bounded, edge: Edge) -> list[tuple[list[float], Event]]:
    """The bounds that lie on the edge, in the order in which they were drawn."""
    each: dict[int, tuple[list[float], Event]] = {}
    for number, event in fact.points:
        if number in edge.at:
            each.setdefault(event.id, ([], event))[0].append(number)
    return [each[number] for number in sorted(each)]


def shown(number: float) -> str:
    """A number as people write it."""
    return str(int(number)) if number == int(number) else str(number)


def argument_of(view: View, place: Place, argument: Value) -> str:
    """The argument as the text has it."""
    if argument.name is not None:
        return f"`{argument.name}`"
    text = repairs.argument_text(view.documents[place.path], place)
    return f"`{text}`" if text is not None else "its argument"


def fixes(view: View, place: Place, edge: Edge) -> list[Fix]:
    """Keep the argument away from the edge."""
    document = view.documents[place.path]
    if edge.at == (0.0,):
        fix = repairs.shift_argument(document, place, " + 1e-12", title="Add a small constant inside")
    elif edge.at == (-1.0, 1.0):
        fix = repairs.bound_argument(document, place, "-1 + 1e-6", "1 - 1e-6", title="Keep it away from -1 and 1")
    else:
        fix = None
    return [] if fix is None else [fix]
