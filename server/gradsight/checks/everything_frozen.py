"""All parameters that are to be trained are frozen.

## What happens
A parameter with `requires_grad=False` is left out of every graph. When all of them are frozen, the loss has no graph at
all and `backward()` raises *element 0 of tensors does not require grad*. When only those are that an optimizer, or one
of its parameter groups, was given, the rest trains and `step()` skips these in silence, as they never get a gradient.

## Example
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
for parameter in model.parameters():
    parameter.requires_grad = False
loss = model(torch.randn(4, 8)).sum()
loss.backward()
```

## Instead
```python
import torch
from torch import nn

model = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 2))
for parameter in model[0].parameters():
    parameter.requires_grad = False
loss = model(torch.randn(4, 8)).sum()
loss.backward()
```

## When it is fine
A model that is only evaluated; parts that are frozen for some time and unfrozen later; an optimizer that is given all
parameters of a model of which a part is frozen.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.events import RequiresGradSet, Site
from gradsight.autograd.frozen import FrozenGroup, frozen_groups
from gradsight.checks.define import Check
from gradsight.checks.freezing import frozen_at
from gradsight.checks.unstarted import frozen_model, without_graph
from gradsight.checks.view import View
from gradsight.checks.words import name_of, owners, source
from gradsight.finding import Finding, Severity

CHECK = Check(
    code="GS509",
    name="everything-frozen",
    severity=Severity.ERROR,
    message="`{switch}` freezes the last parameters behind {root}, and nothing else there requires grad: "
    "`{call}` raises.",
    variants={
        "group": "`{switch}` freezes {group} as well, which the optimizer gets as a group of their own to train: "
        "no step ever changes them.",
        "all": "`{switch}` freezes every parameter that `{built}` gets: no step ever changes anything.",
    },
    page=__doc__,
)

_SOMETIMES = (ast.If, ast.IfExp, ast.Try, ast.While)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Losses without a graph because their model is frozen, and frozen parameters that were given to be trained."""
    told: set[int] = set()
    for call, found in view.backwards:
        root = without_graph(view, call, found)
        switches = frozen_model(view, root) if root is not None else ()
        if root is None or not switches or view.expects_error(call):
            continue
        told.update(event.value.id for event in switches)
        place = frozen_at(view, switches[-1])
        related = [view.related(call, f"`{source(view, call)}` raises here")]
        if place != view.place(switches[-1]):
            related.insert(0, view.related(switches[-1], f"`{source(view, switches[-1])}` switches it off"))
        yield CHECK.finding(
            place, view.trace, switches[-1], call, related=related, switch=source(view, place),
            root=name_of(view, root), call=source(view, call),
        )  # fmt: skip
    for group in frozen_groups(view.wiring):
        if told.isdisjoint(value.id for value in group.parameters) and not is_optional(view, group.switch):
            yield _group(view, group)


def _group(view: View, group: FrozenGroup) -> Finding:
    place = frozen_at(view, group.switch)
    spot = group.spot if group.spot is not None else group.built
    related = [view.related(spot, "the optimizer gets them here"), view.related(group.step, "does not change them")]
    if place != view.place(group.switch):
        related.insert(0, view.related(group.switch, f"`{source(view, group.switch)}` switches it off"))
    words: dict[str, Any] = {"switch": source(view, place)}
    words |= {"group": _named(view, group)} if group.others else {"built": source(view, group.built)}
    return CHECK.finding(
        place, view.trace, group.switch, group.built, variant="group" if group.others else "all",
        severity=Severity.WARNING, related=related, **words,
    )  # fmt: skip


def _named(view: View, group: FrozenGroup) -> str:
    """The parameters as the text of the group says it, else the modules that they belong to."""
    found = view.found(view.place(group.spot)) if group.spot is not None else None
    if found is not None and isinstance(found.node, ast.Dict):
        for key, value in zip(found.node.keys, found.node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value == "params":
                return f"`{found.text(value)}`"
    return f"the parameters of {owners(view, group.parameters)}"


def is_optional(view: View, switch: RequiresGradSet) -> bool:
    """Whether something decides about the freezing: then the same code also trains without it."""
    sites: tuple[Site, ...] = (switch.site, *switch.calls)
    for site in sites:
        found = view.documents[site.path].find(view.place(site).range)
        for around in found.around() if found is not None else ():
            if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef):
                break
            if isinstance(around.node, _SOMETIMES) and not _is_main(around.node):
                return True
    return False


def _is_main(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)
