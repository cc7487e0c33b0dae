"""A loss that applies softmax or sigmoid itself is given probabilities.

## What happens
`F.cross_entropy` and `nn.CrossEntropyLoss` apply `log_softmax` to what they are given, and
`F.binary_cross_entropy_with_logits` applies a sigmoid. If the model ends in a softmax or sigmoid already, the second
one sees numbers between 0 and 1 only: it is nearly flat there, the gradients are small, and the loss cannot get near 0
however sure the model is. Nothing raises. `F.nll_loss` is the other way round: it applies nothing and wants
log-probabilities; given probabilities or scores it is minimised without a log.

A softmax over a dimension of one element is always 1, so its gradient is always 0.

## Example
```python
net = nn.Sequential(nn.Linear(4, 3), nn.Softmax(dim=1))
loss = nn.CrossEntropyLoss()(net(torch.randn(8, 4)), torch.randint(0, 3, (8,)))
loss.backward()
```

## Instead
```python
net = nn.Sequential(nn.Linear(4, 3))
loss = nn.CrossEntropyLoss()(net(torch.randn(8, 4)), torch.randint(0, 3, (8,)))
loss.backward()
```

## When it is fine
A softmax in the place of the target (distillation, soft labels), `F.kl_div(log_softmax(a), softmax(b))`, `F.nll_loss`
after `log_softmax`, and probabilities that are only looked at. `log_softmax` before `cross_entropy` changes nothing:
applied twice it gives the same.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

from gradsight.autograd.edges import short
from gradsight.autograd.events import Applied
from gradsight.autograd.logits import CONCERNED, WANTS_LOGS, given, is_probability, single_choice
from gradsight.checks.define import Check
from gradsight.checks.view import View
from gradsight.checks.words import op_name, source
from gradsight.finding import Finding, Fix, Severity
from gradsight.repair import calls, layers
from gradsight.text import Place

CHECK = Check(
    code="GS702",
    name="softmax-before-cross-entropy",
    severity=Severity.WARNING,
    message="`{loss}` applies {inside} itself, and {value} went through `{op}` before: after two of them the gradients "
    "are small, and the loss cannot get near 0.",
    variants={
        "no log": "`{loss}` wants log-probabilities and applies nothing itself, but {value} comes from `{op}` without "
        "a log: what it minimises is no cross entropy.",
        "single": "`{op}` chooses among one element, since the layer before has one output: its result is always "
        "{result} and its gradient exactly 0.",
    },
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """Losses that get the wrong thing, and choices among one."""
    told: set[Place] = set()
    for event in view.trace.each(Applied):
        if short(event) not in CONCERNED or event.raised is not None or event.scope is not None or not event.outputs:
            continue
        if event.outputs[0].requires_grad is False or view.expects_error(event):
            continue
        finding = given_to(view, event) or chosen_among_one(view, event)
        if finding is not None and finding.place not in told:
            told.add(finding.place)
            yield finding


def given_to(view: View, loss: Applied) -> Finding | None:
    """The finding where a loss is given probabilities, or no logs."""
    index = scored(view, loss)
    found = given(view.trace, loss, index)
    if found is None or found.by.outputs[0].requires_grad is False:
        return None
    place = blamed(view, found.by) if is_probability(found.by) else view.place(loss)
    words: dict[str, Any] = {
        "loss": op_name(loss),
        "value": f"`{loss.inputs[index].name}`" if loss.inputs[index].name else "its input",
        "op": op_name(found.by) if is_probability(found.by) else source(view, found.by),
    }
    if found.inside != "nothing":
        words["inside"] = found.inside
    parts = [(found.by, f"`{op_name(found.by)}` is applied here"), (loss, "and given to the loss here")]
    return CHECK.finding(
        place,
        view.trace,
        found.by,
        loss,
        variant="no log" if found.inside == "nothing" else None,
        related=[view.related(event, text) for event, text in parts if view.place(event) != place],
        fixes=fixes(view, found.by, loss, place),
        **words,
    )


def chosen_among_one(view: View, op: Applied) -> Finding | None:
    """The finding where a softmax has nothing to choose from."""
    layer = single_choice(view.trace, op)
    if layer is None or not any(op in graph.nodes for _, graph in view.backwards):
        return None
    place = view.place(op) if short(op) in ("cross_entropy", "CrossEntropyLoss") else blamed(view, op)
    logs = short(op) not in ("softmax", "Softmax")
    return CHECK.finding(
        place,
        view.trace,
        layer,
        op,
        variant="single",
        related=[view.related(layer, "this layer has one output")] if view.place(layer) != place else [],
        fixes=[] if logs else as_sigmoid(view, place),
        op=op_name(op),
        result="0" if logs else "1",
    )


def scored(view: View, loss: Applied) -> int:
    """Which input of a loss is scored: the first, or the one given as `input`."""
    found = view.found(loss)
    if found is None or not isinstance(found.node, ast.Call) or found.node.args:
        return 0
    names = [keyword.arg for keyword in found.node.keywords]
    return names.index("input") if "input" in names else 0


def blamed(view: View, op: Applied) -> Place:
    """Where the user wrote it: the call, or where a layer was built that a `Sequential` calls."""
    maker = view.trace.maker(op.inputs[0]) if op.inputs else None
    if op.built is not None and maker is not None and maker.site == op.site and op.built.path in view.documents:
        return view.place(op.built)
    return view.place(op)


def fixes(view: View, by: Applied, loss: Applied, place: Place) -> list[Fix]:
    """Leave the activation out; before a loss that wants logs, take the one with a log, or the loss without."""
    document = view.documents[place.path]
    node = view.node(place)
    if short(loss) in WANTS_LOGS:
        return with_log(view, by, place)
    title = f"Remove the {op_name(by).lower()}: the loss applies it"
    fix: Fix | None = None
    if by.built is not None and place == view.place(by.built):
        fix = layers.drop_layer(document, place, title=title)
    elif isinstance(node, ast.Call) and by.op.startswith("torch.Tensor."):
        fix = calls.remove_tail(document, place, title=title)
    elif isinstance(node, ast.Call) and node.args and not isinstance(node.args[0], ast.Starred):
        found = view.found(place)
        fix = None if found is None else calls.replace(document, place, found.text(node.args[0]), title=title)
    return [] if fix is None else [fix]


def with_log(view: View, by: Applied, place: Place) -> list[Fix]:
    """`softmax` becomes `log_softmax`; a loss on bare scores becomes the cross entropy."""
    document = view.documents[place.path]
    fix: Fix | None = None
    if not is_probability(by):
        short_name = "torch.nn.functional.cross_entropy"
        if view.text(place).partition("(")[0].rpartition(".")[2] == "nll_loss":
            fix = calls.replace_callee(document, place, short_name, title="Use the cross entropy, which takes scores")
    elif op_name(by) == "Softmax":
        if by.built is not None and place == view.place(by.built):
            fix = calls.replace_callee(document, place, "torch.nn.LogSoftmax", title="Take the log-softmax")
    elif op_name(by) == "softmax" and not by.op.startswith("torch.Tensor."):
        name = "torch.log_softmax" if by.op == "torch.softmax" else "torch.nn.functional.log_softmax"
        fix = calls.replace_callee(document, place, name, title="Take the log-softmax")
    elif op_name(by) == "softmax":
        fix = layers.rename_method(document, place, "log_softmax", title="Take the log-softmax")
    return [] if fix is None else [fix]


def as_sigmoid(view: View, place: Place) -> list[Fix]:
    """One output goes through a sigmoid."""
    found, document = view.found(place), view.documents[place.path]
    if found is None or not isinstance(found.node, ast.Call):
        return []
    callee = found.text(found.node.func)
    fix: Fix | None = None
    if callee.rpartition(".")[2] == "Softmax":
        fix = calls.replace(document, place, callee[: -len("Softmax")] + "Sigmoid()", title="Use a sigmoid")
    return [] if fix is None else [fix]
