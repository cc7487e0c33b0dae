"""Places of events: from columns, and, where an older Python tells only lines, from what stands on the line."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gradsight.document import Document
from gradsight.probe.spots import Spots

PROGRAM = dedent(
    """
    import torch
    x = torch.ones(3, requires_grad=True)
    y = x * 2; z = x * 3
    w = torch.exp(x * 2)
    y += 1
    y[0] = 1
    with torch.no_grad():
        loss = y.sum()
    loss.backward()
    print(x.grad, y.data)
    @torch.no_grad()
    def f(t): return t.detach()
    for p in (x, y): p.grad = None
    """
).lstrip()


def spots_with(line: int, span: list[int] | None = None, function: str = "<module>") -> tuple[Spots, Document]:
    document = Document.from_text("program.py", PROGRAM)
    spots = Spots(document, "/somewhere/program.py")
    place = {"n": 1, "path": "/somewhere/program.py", "line": line, "span": span, "function": function, "first": 1}
    spots.add(place)
    return spots, document


@pytest.mark.parametrize(
    ("line", "op", "writes", "text"),
    [
        (2, "torch.ones", False, "torch.ones(3, requires_grad=True)"),
        (3, "torch.Tensor.mul", False, "y = x * 2; z = x * 3"),  # two could have done it: the line
        (4, "torch.exp", False, "torch.exp(x * 2)"),
        (4, "torch.Tensor.mul", False, "x * 2"),
        (5, "torch.Tensor.add_", True, "y += 1"),
        (5, "torch.Tensor.__iadd__", True, "y += 1"),
        (6, "torch.Tensor.__setitem__", True, "y[0] = 1"),
        (8, "torch.Tensor.sum", False, "y.sum()"),
        (9, "backward", False, "loss.backward()"),
        (10, "torch.Tensor.data", False, "y.data"),
        (12, "torch.Tensor.detach", False, "t.detach()"),
        (13, "torch.Tensor.grad", True, "p.grad = None"),
        (10, "torch.Tensor.no_such_thing", False, "print(x.grad, y.data)"),
    ],
)
def test_only_the_line_is_known(line: int, op: str, writes: bool, text: str) -> None:
    spots, document = spots_with(line)
    assert document.lines.slice(spots.of(1, op, writes=writes).site.range) == text


def test_scopes_of_which_only_the_line_is_known() -> None:
    spots, document = spots_with(7)
    assert document.lines.slice(spots.of_scope(1, "no_grad", False).site.range) == "torch.no_grad()"
    spots, document = spots_with(11, function="f")
    assert document.lines.slice(spots.of_scope(1, "no_grad", True).site.range) == "torch.no_grad()"


def test_a_read_gradient_of_which_only_the_line_is_known() -> None:
    spots, document = spots_with(10)
    assert document.lines.slice(spots.of_grad(1).site.range) == "x.grad"


def test_columns() -> None:
    spots, document = spots_with(3, [3, 15, 3, 20])
    spot = spots.of(1)
    assert document.lines.slice(spot.site.range) == "x * 3"
    assert spot.site.path == "program.py"
    spots, document = spots_with(6, [6, 0, 6, 4])
    assert document.lines.slice(spots.of(1, writes=True).site.range) == "y[0] = 1"
    assert document.lines.slice(spots.of(1).site.range) == "y[0]"


def test_a_place_that_is_not_in_the_text_any_more() -> None:
    spots, _ = spots_with(99)
    assert spots.of(1).site.range.start.line == 99 - 1
    assert spots.of(2).found is None
