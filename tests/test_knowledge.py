"""What is said of a name or a call: requires grad or not and why, leaf, kind, shape, and where it comes from."""

from __future__ import annotations

import pytest

from gradsight import knowledge
from gradsight.analyse import analyse
from gradsight.document import Document
from gradsight.text import Place, Range

PROGRAM = """\
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(2, 2)
        self.scale = nn.Parameter(torch.zeros(2))

    def forward(self, x):
        hidden = self.body(x) * self.scale
        return torch.relu(hidden).detach()


net = Net()
data = torch.ones(3, 2)
w = torch.zeros(2)
w.requires_grad_()
features = net(data)
doubled = features * 2
with torch.no_grad():
    unseen = net.scale * 3
total = (unseen + w).sum()
total += 1
number = total.item()
labels = torch.tensor([0, 1])
frozen = nn.Parameter(torch.ones(2)).requires_grad_(False)
print(frozen, labels, number)
"""
CELLS = """\
# %% data
import torch
x = torch.ones(3, requires_grad=True)
# %% model
y = x.exp()
# %% use
y.sum()
"""


def said(needle: str, text: str = PROGRAM) -> str:
    """What is told at the first character of the first occurrence of `needle`."""
    document = Document.from_text("a.py", text)
    analysis = analyse(document, strict=True)
    at = document.lines.position(text.index(needle))
    found = knowledge.value_at(analysis.trace, document, Place("a.py", Range(at, at)))
    if found is None:
        return ""
    return "\n".join(knowledge.told(analysis.trace, analysis.documents, document.lines.slice(found[0]), found[1]))


@pytest.mark.parametrize(
    ("needle", "parts"),
    [
        ("hidden =", ["`hidden`: float tensor of shape (3, 2)", "requires grad: yes, since `self.", "(line 12)"]),
        ("scale\n", ["`self.scale`: float parameter of shape (2,)", "leaf", "`nn.Parameter(torch.zeros(2))` (line 9)"]),
        ("relu(", ["`torch.relu(hidden)`: float tensor", "not a leaf", "computed here"]),
        ("detach", ["requires grad: no, `torch.relu(hidden).detach()` (line 13) gives the values without"]),
        ("net(data)", ["`net(data)`", "requires grad: no, `torch.relu(hidden).detach()` (line 13)"]),
        ("doubled", ["requires grad: no, `torch.relu(hidden).detach()`", "made by `features * 2` (line 21)"]),
        ("data =", ["requires grad: no, it was never asked to", "made by `torch.ones(3, 2)` (line 17)"]),
        ("w).sum", ["requires grad: yes, switched on by `w.requires_grad_()` (line 19)"]),
        ("unseen =", ["requires grad: no, `torch.no_grad()` (line 22) had grad mode switched off", "(line 23)"]),
        ("total =", ["since `w` does", "on one way behind it gradients stop: `torch.no_grad()` (line 22)"]),
        ("total.item", ["last written in place by `total += 1` (line 25)"]),
        ("number =", ["`number`: Python number computed from a tensor", "autograd follows tensors only"]),
        ("labels =", ["`labels`: integer tensor of shape (2,)", "requires grad: no"]),
        ("frozen,", ["requires grad: no, switched off by `nn.Parameter(torch.ones(2)).requires_grad_(False)`"]),
    ],
)
def test_what_is_known_is_said(needle: str, parts: list[str]) -> None:
    words = said(needle)
    assert not [part for part in parts if part not in words], words


def test_nothing_is_known_of_what_is_no_tensor() -> None:
    assert said("import torch") == ""
    assert said("class Net") == ""


def test_it_goes_across_cells() -> None:
    words = said("y.sum", CELLS)
    assert "requires grad: yes, since `x` does" in words
    assert "made by `x.exp()` (line 5)" in words
