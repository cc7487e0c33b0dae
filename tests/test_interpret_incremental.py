"""An edit must give what a fresh walk gives, whatever is reused; and no text may raise."""

from __future__ import annotations

import random

import pytest

from gradsight.autograd.events import Trace
from gradsight.document import Document
from gradsight.static import Walk, interpret

PROGRAM = """\
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(4, width)
        self.second = nn.Linear(width, 1)

    def forward(self, x):
        h = torch.relu(self.first(x))
        return self.second(h)

def train(net, batches, optimizer):
    for x, y in batches:
        loss = ((net(x) - y) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

def shifted(t):
    t = t.exp()
    t += 1
    return t.sum()

net = Net(8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(3, requires_grad=True)
y = x * 2
with torch.no_grad():
    z = y.sum()
loss = shifted(y)
loss.backward()
print(x.grad, y.grad)
for step in range(10):
    out = net(torch.randn(2, 4))
    out.mean().backward()
    optimizer.step()
"""

LINES = [
    "w = torch.ones(3, requires_grad=True)",
    "y = y.detach()",
    "x = x + 1",
    "z = (y * y).sum()",
    "z.backward()",
    "def helper(a):\n    return a.sigmoid()",
    "net.zero_grad()",
    "if flag:\n    y = helper(y)",
    "broken = (",
    "",
    "# a comment",
    "with torch.no_grad():\n    x += 1",
]


def summary(trace: Trace, walk: Walk) -> list[tuple[object, ...]]:
    """The events without the numbers that only identify things."""
    assert walk.document is not None
    rows = []
    for event in trace.events:
        place = walk.document.locate(event.site)
        facts = []
        for name in ("op", "by", "cut", "mode", "form", "api", "has_grad", "version", "name"):
            facts.append((name, str(getattr(event, name, None))))
        for name in ("value", "target"):
            value = getattr(event, name, None)
            facts.append(
                (name, None if value is None else (value.requires_grad, value.is_leaf, value.shape, value.name))
            )
        for name in ("roots", "outputs", "inputs"):
            values = getattr(event, name, None) or ()
            facts.append((name, tuple((value.requires_grad, value.is_leaf, value.shape) for value in values)))
        rows.append((type(event).__name__, place.range, *facts))
    return sorted(rows, key=lambda row: (row[1], row[0], str(row)))


@pytest.mark.parametrize("seed", range(25))
def test_edits_give_what_a_fresh_walk_gives(seed: int) -> None:
    chance = random.Random(seed)
    document = Document.from_text("train.py", PROGRAM)
    walk = interpret(document, strict=True)
    lines = PROGRAM.split("\n")
    for _ in range(8):
        at = chance.randrange(len(lines))
        kind = chance.random()
        if kind < 0.4:
            lines[at:at] = chance.choice(LINES).split("\n")
        elif kind < 0.6 and len(lines) > 5:
            del lines[at]
        else:
            lines[at] = lines[at].replace("x", "y", 1) if chance.random() < 0.5 else lines[at] + " "
        document = document.edited("\n".join(lines))
        walk = interpret(document, walk, strict=True)
        fresh = interpret(Document.from_text("train.py", "\n".join(lines)), strict=True)
        assert summary(walk.trace, walk) == summary(fresh.trace, fresh)


def test_typing_in_one_function_reuses_the_walks_of_the_others() -> None:
    document = Document.from_text("train.py", PROGRAM)
    first = interpret(document, strict=True)
    second = interpret(document.edited(PROGRAM.replace("t += 1", "t += 2")), first)
    kept = [node for node, alone in second.alone.items() if first.alone.get(node) is alone]
    assert kept, "train() was not touched"
    assert [step for step in second.steps if step in first.steps]


@pytest.mark.parametrize(
    "text",
    [
        "import torch\n" + "(" * 3000,
        "import torch\nx = " + "-" * 3000 + "1\n",
        "import torch\nx = " + "+".join(["torch.ones(1)"] * 3000) + "\n",
        "import torch\n" + "".join("    " * depth + "if x:\n" for depth in range(90)) + "    " * 90 + "pass\n",
        "import torch\ndef f(x):\n    return f(x)\nf(torch.ones(1))\n",
        "import torch\nf = lambda g: g(g)\nf(f)\n",
        "import torch\nclass A(A):\n    pass\nA()\n",
        "import torch\nx = []\nx.append(x)\nprint(x, [x])\ntorch.tensor(x)\n",
        "import torch\nwhile True:\n    while True:\n        while True:\n            while True:\n                torch.ones(1)\n",
        "import torch\x00\n",
        "import torch\ndel torch\ntorch.ones(1)\n*a, b = torch.ones(3)\nfor a.b in c: pass\n",
        "import torch\nglobal x\nx: int\n(y := torch.ones(1)).backward()\nasync def f():\n    async with x as y:\n        await z\n",
    ],
)
def test_no_text_raises(text: str) -> None:
    walk = interpret(Document.from_text("odd.py", text))
    assert walk.trace.observed is False


def test_a_file_without_torch_is_not_even_parsed() -> None:
    document = Document.from_text("plain.py", "x = 1\ndef f(:\n")
    assert interpret(document).trace.events == ()
    assert all(placed.chunk._parsed is None for placed in document.chunks)
