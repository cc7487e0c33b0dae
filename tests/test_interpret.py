"""What the static interpreter knows of a value after Python has done this or that with it."""

from __future__ import annotations

import textwrap

import pytest

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    GradRead,
    GradsCleared,
    Mutated,
    OptimizerBuilt,
    Rebound,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Value
from gradsight.document import Document
from gradsight.static import interpret

HEAD = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nleaf = torch.ones(3, requires_grad=True)\n"


def walk(source: str) -> Trace:
    return interpret(Document.from_text("program.py", HEAD + textwrap.dedent(source)), strict=True).trace


def root(source: str) -> Value:
    """What the last `backward()` is called on."""
    calls = list(walk(source).each(BackwardCalled))
    assert calls, "no backward() was seen"
    return calls[-1].roots[0]


@pytest.mark.parametrize(
    ("source", "requires_grad", "shape"),
    [
        ("(leaf * 2).sum().backward()", True, ()),
        ("leaf.backward()", True, (3,)),
        ("def f(x, k=2):\n    return x * k\nf(leaf).backward()", True, (3,)),
        ("def f(*args, **kw):\n    return args[0] * kw['k']\nf(leaf, k=2).backward()", True, (3,)),
        ("f = lambda x: x.detach()\nf(leaf).backward()", False, (3,)),
        ("def outer(x):\n    def inner():\n        return x + 1\n    return inner\nouter(leaf)().backward()", True, (3,)),
        ("from functools import partial\nadd = partial(torch.add, leaf)\nadd(1).backward()", True, (3,)),
        ("xs = [leaf, leaf * 2]\ntorch.stack(xs).sum().backward()", True, ()),
        ("d = {'a': leaf}\nd['b'] = d['a'] * 2\nd['b'].backward()", True, (3,)),
        ("a, (b, c) = leaf, (leaf * 2, 3)\nb.backward()", True, (3,)),
        ("total = 0\nfor part in [leaf, leaf]:\n    total = total + part.sum()\ntotal.backward()", True, ()),
        ("sum(x.sum() for x in [leaf, leaf]).backward()", True, ()),
        ("x = leaf if True else leaf.detach()\nx.backward()", True, (3,)),
        ("x = leaf if flag else leaf * 2\nx.backward()", True, (3,)),
        ("x = leaf if flag else leaf.detach()\nx.backward()", None, (3,)),
        ("if flag:\n    x = leaf.sum()\nelse:\n    x = leaf.mean()\nx.backward()", True, ()),
        ("def f(x):\n    if flag:\n        return x.sum()\n    return x.detach().sum()\nf(leaf).backward()", None, ()),
        ("def f(x):\n    if False:\n        return None\n    return x.sum()\nf(leaf).backward()", True, ()),
        ("try:\n    x = leaf * 2\nexcept ValueError:\n    raise\nx.backward()", True, (3,)),
        ("while True:\n    x = leaf * 2\n    if flag:\n        break\nx.backward()", True, (3,)),
        ("with torch.no_grad():\n    x = leaf * 2\nx.backward()", False, (3,)),
        ("with torch.no_grad(), open('f') as f:\n    with torch.enable_grad():\n        x = leaf * 2\nx.backward()", True, (3,)),
        ("with torch.inference_mode(), torch.enable_grad():\n    x = leaf * 2\nx.backward()", False, (3,)),
        ("@torch.no_grad()\ndef f(x):\n    return x * 2\nf(leaf).backward()", False, (3,)),
        ("@torch.no_grad\ndef f(x):\n    return x * 2\ny = f(leaf)\n(leaf * 2).backward()", True, (3,)),
        ("torch.set_grad_enabled(False)\nx = leaf * 2\ntorch.set_grad_enabled(True)\nx.backward()", False, (3,)),
        ("with torch.set_grad_enabled(False):\n    pass\n(leaf * 2).backward()", True, (3,)),
        ("def f():\n    with torch.no_grad():\n        return 1\nf()\n(leaf * 2).backward()", True, (3,)),
        ("x = torch.tensor([1, 2])\nx.float().backward()", False, (2,)),
        ("x = torch.zeros(2, 3) + torch.ones(3)\nx.backward()", False, (2, 3)),
        ("x = leaf.clone()\nx[0] = 5\nx.sum().backward()", True, ()),
        ("box = torch.zeros(3)\nbox[0] = leaf.sum()\nbox.backward()", True, (3,)),
        ("total = torch.zeros(())\ntotal += leaf.sum()\ntotal.backward()", True, ()),
        ("match kind:\n    case 1:\n        x = leaf\n    case _:\n        x = leaf * 2\nx.backward()", True, (3,)),
        ("(y := leaf * 2).backward()", True, (3,)),
        ("torch.from_numpy(leaf.detach().numpy()).backward()", False, None),
    ],
)  # fmt: skip
def test_what_a_root_is(source: str, requires_grad: bool | None, shape: object) -> None:
    value = root(source)
    assert (value.requires_grad, value.shape) == (requires_grad, shape)


@pytest.mark.parametrize(
    "source",
    [
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(3, 1)\n"
        "    def forward(self, x):\n        return self.fc(x)\nnet = Net()\nnet(torch.ones(2, 3)).sum().backward()\n",
        "class Base(nn.Module):\n    def __init__(self, n):\n        super(Base, self).__init__()\n        self.fc = nn.Linear(n, 1)\n"
        "class Net(Base):\n    def __init__(self):\n        super().__init__(3)\n    def forward(self, x):\n        return self.fc(x)\n"
        "net = Net()\nnet(torch.ones(2, 3)).sum().backward()\n",
        "net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))\nnet(torch.ones(2, 3)).sum().backward()\n",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        "        self.layers = nn.ModuleList([nn.Linear(3, 3) for _ in range(2)])\n"
        "    def forward(self, x):\n        for layer in self.layers:\n            x = layer(x)\n        return x\n"
        "net = Net()\nnet(torch.ones(2, 3)).sum().backward()\n",
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.scale = nn.Parameter(torch.ones(3))\n"
        "    @property\n    def twice(self):\n        return self.scale * 2\n    def forward(self, x):\n        return x * self.twice\n"
        "net = Net()\nnet(torch.ones(3)).sum().backward()\n",
    ],
)
def test_parameters_are_reached_through_modules(source: str) -> None:
    trace = walk(source + "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\noptimizer.step()\n")
    (call,) = trace.each(BackwardCalled)
    (built,) = trace.each(OptimizerBuilt)
    assert built.parameters
    reached = behind(trace, call.roots[0]).leaves
    assert {value.id for value in built.parameters} <= reached.keys()
    (stepped,) = trace.each(Stepped)
    assert stepped.parameters == tuple(value.id for value in built.parameters)


def test_loop_bodies_are_walked_until_the_second_pass() -> None:
    trace = walk(
        "w = leaf\nfor _ in range(100):\n    loss = (w * w).sum()\n    loss.backward()\n    w = w - 0.1 * w.grad\n"
    )
    assert [call.roots[0].requires_grad for call in trace.each(BackwardCalled)] == [True, True]
    (rebound,) = [event for event in trace.each(Rebound) if event.name == "w"]
    assert rebound.old.is_leaf and rebound.new.is_leaf is False
    assert [read.has_grad for read in trace.each(GradRead)] == [True, False]


def test_what_an_op_saves_follows_which_inputs_require_grad() -> None:
    trace = walk("c = torch.ones(3)\ny = leaf * c\nz = y.exp()\nz += 1\n")
    product, exponential = [event for event in trace.each(Applied) if not isinstance(event, Mutated)]
    assert [saved.value.name for saved in product.saved] == ["c"]
    (write,) = trace.each(Mutated)
    (saved,) = exponential.saved
    assert saved.storage == write.target.storage
    assert write.version > saved.version


def test_views_and_detach_share_the_storage_and_copies_do_not() -> None:
    trace = walk("y = leaf * 2\nv = y[0]\nd = y.detach()\nc = y.clone()\nv.zero_()\nd.zero_()\nc.zero_()\n")
    writes = list(trace.each(Mutated))
    assert writes[0].target.storage == writes[1].target.storage != writes[2].target.storage
    assert [write.version for write in writes] == [1, 2, 1]


def test_a_write_through_data_is_not_noticed() -> None:
    trace = walk("y = leaf.exp()\ny.data.zero_()\n")
    (write,) = trace.each(Mutated)
    assert write.noticed is False


@pytest.mark.parametrize(
    ("source", "cut"),
    [
        ("y = leaf.detach()", Cut.DETACH),
        ("y = leaf.data", Cut.DETACH),
        ("y = leaf.sum().item()", Cut.NUMBER),
        ("y = float(leaf.sum())", Cut.NUMBER),
        ("import math\ny = math.exp(leaf.sum())", Cut.NUMBER),
        ("import numpy as np\ny = np.sqrt(leaf)", Cut.NUMPY),
        ("y = leaf.argmax()", Cut.NOT_DIFFERENTIABLE),
        ("y = leaf > 1", Cut.NOT_DIFFERENTIABLE),
        ("with torch.no_grad():\n    y = leaf * 2", Cut.GRAD_MODE),
        ("y = torch.tensor(leaf)", Cut.REWRAP),
        ("y = torch.tensor([leaf.sum(), leaf.mean()])", Cut.REWRAP),
        ("y = nn.Parameter(leaf * 2)", Cut.REWRAP),
    ],
)
def test_cuts_have_their_reason(source: str, cut: Cut) -> None:
    events = [event for event in walk(source).events if isinstance(event, Applied | Created)]
    assert events[-1].cut is cut


def test_what_nobody_can_see_is_unknown_not_wrong() -> None:
    value = root("import mystery\ny = mystery.transform(leaf)\ny.sum().backward()\n")
    assert value.requires_grad is None


def test_a_function_nobody_calls_is_walked_with_roles() -> None:
    trace = walk(
        """
        def train(model, loader, optimizer, criterion):
            for x, y in loader:
                loss = criterion(model(x), y)
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            model.eval()
        """
    )
    kinds = [type(event) for event in trace.events if isinstance(event, GradsCleared | BackwardCalled | Stepped)]
    assert kinds == [GradsCleared, BackwardCalled, Stepped] * 2


def test_the_walk_goes_on_as_if_the_first_fix_had_been_accepted() -> None:
    trace = walk("x = torch.ones(3)\ny = x * 2\ny.sum().backward()\nprint(x.grad, y.grad)\n")
    x, y = trace.each(GradRead)
    assert (x.value.requires_grad, x.has_grad) == (True, True)
    assert (y.value.requires_grad, y.value.is_leaf, y.has_grad) == (True, False, False)
