"""Two weights that are multiplied with each other both start as zeros.

## What happens
The gradient of a weight is a product with what comes before it and with what comes behind it. If two layers in a row
start as zeros, the second sees an input of zeros and passes zeros back through its own weight: both gradients are
exactly 0. Nothing raises, the optimizer steps, and neither of them ever moves.

## Example
```python
down = nn.Linear(8, 2, bias=False)
up = nn.Linear(2, 8, bias=False)
nn.init.zeros_(down.weight)
nn.init.zeros_(up.weight)
loss = (up(down(torch.randn(4, 8))) - 1).pow(2).mean()
loss.backward()
```

## Instead
```python
down = nn.Linear(8, 2, bias=False)
up = nn.Linear(2, 8, bias=False)
nn.init.zeros_(up.weight)
loss = (up(down(torch.randn(4, 8))) - 1).pow(2).mean()
loss.backward()
```

## When it is fine
A single layer of zeros is common and right: the second half of a low-rank adapter, the last layer of a residual
branch, a gate, an output head. It gets a gradient from the first step on.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import Created, Event, Mutated
from gradsight.autograd.fill_events import Filled
from gradsight.autograd.zeros import ZeroPair, zero_pairs
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import name_of, source, written
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls, combined
from gradsight.repair.arguments import set_keyword
from gradsight.syntax.found import Found
from gradsight.text import Place

CHECK = Check(
    code="GS705",
    name="zero-initialised-layers",
    severity=Severity.WARNING,
    message="{first} and {second} both start as zeros, and the gradient of each is multiplied by the other: "
    "{call} gives both a gradient of exactly 0, so no step moves them.",
    variants={
        "together": "`{fill}` sets weights to zeros that are multiplied with each other: {call} gives both a gradient "
        "of exactly 0, so no step moves them.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Pairs of zeros in a graph that is asked for gradients."""
    told: set[Place | frozenset[int]] = set()
    for call, graph in view.backwards:
        if not graph.leaves or call.inputs is not None or view.expects_error(call):
            continue
        for pair in zero_pairs(view.trace, view.exact, call, graph):
            place = view.place(pair.first_since)
            both = frozenset((pair.first.id, pair.second.id))
            if not told & {place, both}:
                told |= {place, both}
                yield told_of(view, pair, place)


def told_of(view: View, pair: ZeroPair, place: Place) -> Finding:
    """The finding for one pair, at what makes the first one zero."""
    together = view.place(pair.second_since) == place
    first, second = filled_name(view, pair.first_since), filled_name(view, pair.second_since)
    related = [] if together else [(pair.second_since, f"{second} becomes zeros here")]
    related.append((pair.product, "the zeros of the two are multiplied here"))
    related.append((pair.call, "gives both a gradient of exactly 0"))
    words: dict[str, Any] = {"call": f"`{source(view, pair.call)}`"}
    words |= {"fill": source(view, place)} if together else {"first": first, "second": second}
    return CHECK.finding(
        place,
        view.trace,
        pair.first_since,
        pair.second_since,
        pair.call,
        variant="together" if together else None,
        related=[view.related(event, text) for event, text in sorted(related, key=lambda each: each[0].id)],
        fixes=fixes(view, pair.first_since, place),
        **words,
    )


def filled_name(view: View, since: Event) -> str:
    """What is set to zeros, as the text calls it there."""
    found = view.found(since)
    if not isinstance(since, Created) and found is not None and is_initialiser(found.node):
        return f"`{found.text(found.node.args[0])}`"  # type: ignore[attr-defined]
    if isinstance(since, Filled):
        return name_of(view, since.value)
    if isinstance(since, Mutated):
        return written(view, since)
    around = found.up(len(found.parents) - 1) if found is not None and found.parents else None
    if isinstance(since, Created) and around is not None and isinstance(around.node, ast.Call):
        return assigned_at(around) or name_of(view, since.value)
    return name_of(view, since.value) if isinstance(since, Created) else "one"


def is_initialiser(node: ast.AST) -> bool:
    """Whether this is `nn.init.zeros_(t)` or its like."""
    match node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[_, *_]):
            return name in ("zeros_", "constant_", "ones_")
    return False


def assigned_at(found: Found) -> str | None:
    """The name given to what a call around a factory makes: `w` of `w = nn.Parameter(torch.zeros(3))`."""
    if found.parents and isinstance(found.parents[-1], ast.Assign) and len(found.parents[-1].targets) == 1:
        return f"`{found.text(found.parents[-1].targets[0])}`"
    return None


def fixes(view: View, since: Event, place: Place) -> list[Fix]:
    """Start the first one at random."""
    document, node = view.documents[place.path], view.node(place)
    title = "Start it at random"
    if not isinstance(node, ast.Call):
        return []
    fix: Fix | None = None
    if isinstance(since, Created):
        fix = calls.replace_callee(document, place, "torch.randn", title=title)
    elif isinstance(node.func, ast.Attribute | ast.Name) and len(node.args) == 1 and not node.keywords:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        if name == "zeros_":
            normal = calls.replace_callee(document, place, "torch.nn.init.normal_", title=title)
            fix = combined(document, title, normal, set_keyword(document, place, "std", "0.02"))
    return [] if fix is None else [fix]
