"""With several files, too, an edit of any of them must give what a fresh walk gives."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gradsight.autograd.events import Event
from gradsight.document import Document
from gradsight.static import Project, Walk, interpret

ENTRY = """\
import torch
from torch import nn
import parts
from parts import Net, shifted as moved

def train(net, batches, optimizer):
    for x, y in batches:
        loss = parts.distance(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

def watch(t):
    parts.seen.append(t.detach())
    return parts.SCALE * t

net = Net(8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x = torch.randn(3, requires_grad=True)
y = x * parts.SCALE
with torch.no_grad():
    z = moved(y)
if flag:
    loss = moved(y)
else:
    loss = parts.distance(y, x)
loss.backward()
print(x.grad, y.grad, len(parts.seen))
for step in range(10):
    out = net(torch.randn(2, 4))
    parts.count(out)
    out.mean().backward()
    optimizer.step()
"""
PARTS = """\
import torch
from torch import nn
from deeper import *
from deeper import scale as SCALE

seen = []
total = torch.zeros(1)
bias = torch.ones(1, requires_grad=True)

class Net(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first = nn.Linear(4, width)
        self.second = nn.Linear(width, 1)

    def forward(self, x):
        h = torch.relu(self.first(x))
        return self.second(h) + bias

def shifted(t):
    t = t.exp()
    t += 1
    return t.sum()

def distance(a, b):
    return power(a - b).mean()

def count(value):
    global total
    total = total + value.sum()
    seen.append(total)
"""
DEEPER = """\
import torch
import parts

scale = 2.0
exponent = torch.tensor(2.0)

def power(t):
    return t ** exponent
"""
FILES = {"/w/train.py": ENTRY, "/w/parts.py": PARTS, "/w/deeper.py": DEEPER}
LINES = {
    "/w/train.py": [
        "y = y.detach()",
        "parts.SCALE = 3.0",
        "from parts import count, power",
        "parts.count(y)",
        "import deeper as parts",
        "del parts",
        "",
        "parts.bias.backward()",
        "if flag:\n    parts.seen = [y]",
    ],
    "/w/parts.py": [
        "SCALE = 1.5",
        "torch.set_grad_enabled(False)",
        "seen.append(1)",
        "def distance(a, b):\n    return (a - b).abs().sum()",
        "broken = (",
        "if torch.cuda.is_available():\n    bias = bias.cuda()",
        "from train import net",
        "bias = bias * 2",
    ],
    "/w/deeper.py": [
        "exponent.requires_grad_()",
        "__all__ = ['power']",
        "scale = torch.ones(1)",
        "power = torch.exp",
        "from parts import bias as exponent",
    ],
}


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Project]:
    """A project whose files are all open in an editor, and exist nowhere else."""
    monkeypatch.setattr(Project, "_listing", lambda self, folder: LISTING if folder == "/w" else frozenset())
    return lambda texts: Project(["/w"], texts.get)


LISTING = frozenset({"train.py", "parts.py", "deeper.py"})


def rows(walk: Walk) -> list[tuple[object, ...]]:
    """The events without the numbers that only identify things."""
    assert walk.document is not None
    documents = {**walk.documents, walk.document.path: walk.document}

    def facts(event: Event) -> tuple[object, ...]:
        told = [str(getattr(event, name, None)) for name in ("op", "by", "cut", "mode", "form", "api", "version")]
        for name in ("roots", "outputs", "inputs"):
            values = getattr(event, name, None) or ()
            told.append(str([(value.requires_grad, value.is_leaf, value.shape, value.name) for value in values]))
        return tuple(told)

    found = [
        (type(event).__name__, documents[event.site.path].locate(event.site), *facts(event))
        for event in walk.trace.events
    ]
    return sorted(found, key=lambda row: (str(row[1]), row[0], str(row)))


@pytest.mark.parametrize("seed", range(30))
def test_edits_give_what_a_fresh_walk_gives(seed: int, around: Callable[[dict[str, str]], Project]) -> None:
    chance = random.Random(seed)
    texts = dict(FILES)
    project = around(texts)
    document = Document.from_text("/w/train.py", ENTRY)
    walk = interpret(document, project=project, strict=True)
    assert {"/w/parts.py", "/w/deeper.py"} <= walk.documents.keys()
    for _ in range(6):
        path = chance.choice(["/w/train.py", "/w/train.py", "/w/parts.py", "/w/deeper.py"])
        lines = texts[path].split("\n")
        at = chance.randrange(len(lines))
        if chance.random() < 0.6:
            lines[at:at] = chance.choice(LINES[path]).split("\n")
        elif len(lines) > 5:
            del lines[at]
        texts[path] = "\n".join(lines)
        document = document.edited(texts["/w/train.py"])
        walk = interpret(document, walk, project=project, strict=True)
        fresh = interpret(Document.from_text("/w/train.py", texts["/w/train.py"]), project=around(texts), strict=True)
        assert rows(walk) == rows(fresh)


def test_what_an_edit_did_not_touch_is_not_walked_again(around: Callable[[dict[str, str]], Project]) -> None:
    texts = dict(FILES)
    project = around(texts)
    document = Document.from_text("/w/train.py", ENTRY)
    first = interpret(document, project=project, strict=True)
    second = interpret(document.edited(ENTRY.replace("range(10)", "range(20)")), first, project=project, strict=True)
    assert [step for step in second.steps if any(step is old for old in first.steps)]
    kept = [code.name for code, alone in second.alone.items() if first.alone.get(code) is alone]
    assert "train" in kept
