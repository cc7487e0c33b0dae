"""A tensor that an op saved for its backward is changed in place before that backward runs.

## What happens
Many ops keep a tensor for their derivative: `exp`, `sigmoid`, `tanh`, `relu`, `softmax` and `sqrt` their result, `x *
y` the factors, `x ** 2` the base, a layer its input. Autograd counts the writes to every tensor. If a saved one has
been written when `backward()` asks for it, by `+=`, `x[i] = ...`, `add_()`, `inplace=True`, `out=`, through a view or
through `detach()`, PyTorch raises *one of the variables needed for gradient computation has been modified by an
inplace operation*.

## Example
```python
x = torch.tensor([0.1, 0.2], requires_grad=True)
y = torch.exp(x)
y += 1
y.sum().backward()
```

## Instead
```python
x = torch.tensor([0.1, 0.2], requires_grad=True)
y = torch.exp(x)
y = y + 1
y.sum().backward()
```

## When it is fine
If nothing saved the tensor (`x * 2`, `x + 1` and a linear layer do not save their result), or the backward that
needed it has run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from gradsight.autograd.conflicts import Conflict, conflicts, leaf_under
from gradsight.autograd.events import Applied, Mutated
from gradsight.checks.define import Check
from gradsight.checks.in_place_on_split_view import giver_of_several
from gradsight.checks.view import View
from gradsight.checks.words import name_of, op_name, source, written
from gradsight.finding import Finding, Fix, Safety, Severity
from gradsight.repair import in_place
from gradsight.text import Place

CHECK = Check(
    code="GS302",
    name="in-place-on-saved-tensor",
    severity=Severity.ERROR,
    message="`{write}` changes {name} in place after `{op}` saved {saved} for its backward: {call} raises.",
    page=__doc__,
)


@CHECK.finds
def find(view: View) -> Iterator[Finding]:
    """The writes that make a backward raise; what optimizers write is another story."""
    told: set[Place] = set()
    for conflict in conflicts(view.trace, view.backwards):
        write = conflict.write
        if write.by_step is not None or is_refused(view, write) or view.expects_error(conflict.backward):
            continue
        if (place := view.place(write)) in told:
            continue
        told.add(place)
        yield CHECK.finding(
            place,
            view.trace,
            conflict.node,
            write,
            conflict.backward,
            related=[
                view.related(conflict.node, f"`{op_name(conflict.node)}` saves {saved_words(view, conflict)} here"),
                view.related(conflict.backward, "raises here"),
            ],
            fixes=fixes(view, write, place),
            write=source(view, write),
            name=written(view, write),
            op=op_name(conflict.node),
            saved=saved_words(view, conflict),
            call=f"`{source(view, conflict.backward)}`",
        )


def is_refused(view: View, write: Mutated) -> bool:
    """Whether PyTorch raises at the write itself, so that the backward is never asked."""
    if write.scope is not None or not write.noticed:
        return False
    return leaf_under(view.trace, write.target) is not None or giver_of_several(view, write.target) is not None


def saved_words(view: View, conflict: Conflict) -> str:
    """What was saved, in terms of the write: `it`, or the name of the tensor in whose memory was written."""
    saved = conflict.saved.value
    if saved.id == conflict.write.target.id or saved.name == conflict.write.target.name:
        return "its result" if conflict.saved.what == "result" else "it"
    return name_of(view, saved)


def fixes(view: View, write: Mutated, place: Place) -> list[Fix]:
    """Out of place; or on a copy, which is all that a write into a slot allows."""
    document = view.documents[place.path]
    replaced = in_place.out_of_place(document, place)
    if replaced is not None and is_seen_elsewhere(view, write):
        replaced = replace(replaced, safety=Safety.CHANGES_TRAINING)
    name = write.target.name or written(view, write).strip("`")
    copied = in_place.clone_before(document, place, name) if re.fullmatch(r"[\w.]+", name) else None
    return [fix for fix in (replaced, copied) if fix is not None]


def is_seen_elsewhere(view: View, write: Mutated) -> bool:
    """Whether another name of the same memory is used after the write, so that it would miss the new values."""
    storage, written = write.target.storage, write.target.id
    return any(
        value.storage == storage and value.id != written and value.storage is not None
        for event in view.trace.each(Applied)
        if event.id > write.id
        for value in event.inputs
    )
