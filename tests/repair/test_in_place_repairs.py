"""Writing in place, undone."""

from __future__ import annotations

import inspect

import pytest

from gradsight import repair
from gradsight.repair import in_place_names
from support.repairs import check, repaired


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«y += 1»", "y = y + 1"),
        ("«y  -=  1»  # c", "y  = y -  1  # c"),
        ("«y *= a + b»", "y = y * (a + b)"),
        ("«y += a + b»", "y = y + (a + b)"),
        ("«y += a * b»", "y = y + a * b"),
        ("«y *= (a + b)»", "y = y * (a + b)"),
        ("«y **= a ** b»", "y = y ** a ** b"),
        ("«y /= -x»", "y = y / -x"),
        ("«y @= w»", "y = y @ w"),
        ("«y //= a if c else b»", "y = y // (a if c else b)"),
        ("«y &= a | b»", "y = y & (a | b)"),
        ("«y |= a & b»", "y = y | a & b"),
        ("«y <<= a + b»", "y = y << a + b"),
        ("«y %= a, b»", "y = y % (a, b)"),
        ("«y += (\n    a\n    + b\n)»", "y = y + (\n    a\n    + b\n)"),
        ("«y += a \\\n    * b»", "y = y + a \\\n    * b"),
        ("«self.total += x»", "self.total = self.total + x"),
        ("x = 1; «y += 2»; z = 3", "x = 1; y = y + 2; z = 3"),
        ("«y[0] += 1»", None),
        ("«f().y += 1»", None),
        ("for p in ps:\n    «p -= 1»", None),
        ("«y.add_(1)»", "y = y.add(1)"),
        ("«y.mul_(2).add_(1)»", "y = y.mul(2).add(1)"),
        ("«y.mul_(2)».add_(1)", "y = y.mul(2).add(1)"),
        ("«(y).add_(1)»", "y = (y).add(1)"),
        ("«self.buffer.add_(1)»", "self.buffer = self.buffer.add(1)"),
        ("«y.add_(\n    1,  # one\n)»  # c", "y = y.add(\n    1,  # one\n)  # c"),
        ("z = «y.add_(1)»", "z = y.add(1)"),
        ("y = «y.add_(1)»", "y = y.add(1)"),
        ("z = «y.add_(1)»\nprint(y)", "z = y = y.add(1)\nprint(y)"),
        ("print(«y.add_(1)»)\nprint(y)", None),
        ("z = f(x).«relu_»()", "z = f(x).relu()"),
        ("y = «(a + b).relu_()».sum()", "y = (a + b).relu().sum()"),
        ("while c:\n    z = g(y)\n    k = f(«y.add_(1)»)", None),
        ("«y.zero_()»", None),
        ("«y.normal_()»", None),
        ("«y.copy_(x)»", None),
        ("«x.requires_grad_()»", None),
        ("«y[0].add_(1)»", None),
        ("«y.view(-1).add_(1)»", None),
        ("for p in ps:\n    «p.add_(1)»", None),
        ("def f():\n    «y.add_(1)»", None),
        ("def f(y):\n    «y.add_(1)»", "def f(y):\n    y = y.add(1)"),
        (
            "def f(y):\n    y = g(y)\n    «y.add_(1)»\n    return y",
            "def f(y):\n    y = g(y)\n    y = y.add(1)\n    return y",
        ),
        ("def f(y):\n    return «y.add_(1)»", "def f(y):\n    return y.add(1)"),
        ("z = «F.relu(h, inplace=True)»", "z = F.relu(h)"),
        ("«F.relu(h, inplace=True)»", "h = F.relu(h)"),
        ("z = «F.relu(conv(x), inplace=True)»", "z = F.relu(conv(x))"),
        ("z = «F.relu(h, True)»", "z = F.relu(h)"),
        ("z = «F.dropout(h, 0.5, True, True)»", "z = F.dropout(h, 0.5, True)"),
        ("z = «F.dropout(h, 0.5, True)»", None),
        ("«torch.relu_(h)»", "h = torch.relu(h)"),
        ("«F.relu_(h)»", "h = F.relu(h)"),
        ("act = «nn.ReLU(inplace=True)»", "act = nn.ReLU()"),
        ("act = «nn.ReLU(True)»", "act = nn.ReLU()"),
        ("act = «nn.LeakyReLU(0.1, inplace=True)»", "act = nn.LeakyReLU(0.1)"),
        (
            "net = nn.Sequential(\n    nn.Linear(2, 2),\n    «nn.ReLU(inplace=True)»,  # c\n)",
            "net = nn.Sequential(\n    nn.Linear(2, 2),\n    nn.ReLU(),  # c\n)",
        ),
        ("«torch.add(a, b, out=y)»", "y = torch.add(a, b)"),
        ("«torch.add(a, b, out=y[0])»", None),
        ("«y.sum()»", None),
        ("«y»", None),
    ],
)
def test_out_of_place(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.out_of_place(document, places[0]), before, after)


def test_the_names_of_what_works_in_place_are_those_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    for name in in_place_names.METHODS:
        assert callable(getattr(torch.Tensor, name)), name
        assert callable(getattr(torch.Tensor, name + "_")), name
    for name in in_place_names.FUNCTIONS:
        assert any(hasattr(module, name) and hasattr(module, name + "_") for module in (torch, functional)), name
    for name, index in in_place_names.INPLACE_ARGUMENT.items():
        callee = getattr(torch.nn, name, None) or getattr(functional, name)
        assert list(inspect.signature(callee).parameters).index("inplace") == index, name


@pytest.mark.parametrize(
    "line", ["y += a + b", "y.mul_(2).add_(a)", "y *= a - b", "y -= a - b", "y /= a / b", "y **= a"]
)
def test_out_of_place_computes_the_same(line: str) -> None:
    torch = pytest.importorskip("torch")
    after = repaired(lambda document, places, _: repair.out_of_place(document, places[0]), f"«{line}»\n")
    assert after is not None
    results = []
    for program in (line, after):
        original = torch.tensor([1.5, 2.0])
        space = {"y": original, "a": torch.tensor([2.0, 0.5]), "b": torch.tensor([3.0, 7.0])}
        exec(program, space)
        results.append(space["y"])
        assert (original is space["y"]) is (program == line)
    assert torch.equal(*results)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «x.view(-1)»", "y = x.view(-1).clone()"),
        ("y = «a + b»", "y = (a + b).clone()"),
        ("y = f(«x»)  # c", "y = f(x.clone())  # c"),
    ],
)
def test_clone_first(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.clone_first(document, places[0]), before, after)


def test_clone_before() -> None:
    check(
        lambda document, places, _: repair.clone_before(document, places[0], "h"),
        "«h[0] = 1»  # c",
        "h = h.clone()\nh[0] = 1  # c",
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«w += 1»", "with torch.no_grad():\n    w += 1"),
        ("«w = w - lr * w.grad»  # c", "with torch.no_grad():\n    w -= lr * w.grad  # c"),
        ("«w = w + (a)»", "with torch.no_grad():\n    w += (a)"),
        ("«w = (w - lr * w.grad)»", "with torch.no_grad():\n    w -= (lr * w.grad)"),
        ("«self.w = self.w * self.m»", "with torch.no_grad():\n    self.w *= self.m"),
        ("«w = w / 2»\n«b = b / 2»\nc = 1", "with torch.no_grad():\n    w /= 2\n    b /= 2\nc = 1"),
        ("«w -= 1»\n# between\n«b -= 1»", "with torch.no_grad():\n    w -= 1\n    # between\n    b -= 1"),
        ("«w -= 1»\nf()\n«b -= 1»", "with torch.no_grad():\n    w -= 1\nf()\nwith torch.no_grad():\n    b -= 1"),
        (
            "for i in x:\n    «w = w - 1»\n    «b = b - 1»",
            "for i in x:\n    with torch.no_grad():\n        w -= 1\n        b -= 1",
        ),
        ("if c: «w -= 1»", "if c:\n    with torch.no_grad():\n        w -= 1"),
        ("«w[0] = 1»", "with torch.no_grad():\n    w[0] = 1"),
        ("«w.add_(\n    1,\n)»", "with torch.no_grad():\n    w.add_(\n        1,\n    )"),
        ("«w = w - a - b»", None),
        ("«w = lr - w»", None),
        ("«w = w @ a»", None),
        ("«w = f(w)»", None),
        ("«w = v = w - 1»", None),
        ("a; «w -= 1»", None),
    ],
)
def test_in_no_grad(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.in_no_grad(document, *places), before, after)


def test_in_no_grad_keeps_tabs_and_strings() -> None:
    text = "import torch as th\ndef f(w):\n\t«w[0] = g('''\n\tx''')»\n\treturn w\n"
    after = "import torch as th\ndef f(w):\n\twith th.no_grad():\n\t\tw[0] = g('''\n\tx''')\n\treturn w\n"
    assert repaired(lambda document, places, _: repair.in_no_grad(document, *places), text) == after


def test_in_no_grad_needs_a_name_for_torch() -> None:
    assert (
        repaired(lambda document, places, _: repair.in_no_grad(document, *places), "import torch.nn as nn\n«w -= 1»\n")
        is None
    )
