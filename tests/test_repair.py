"""Every repair on many forms of code. «main place» and ‹other place› mark what it is about.

Each case is also run with Windows line ends, inside an indented block, and behind a line with wide characters.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gradsight import repair
from gradsight.document import Document
from gradsight.finding import Fix, Safety
from gradsight.repair import in_place_names
from gradsight.syntax.ranges import range_of
from gradsight.text import LineMap, Place, Range, apply_edits

IMPORTS = "import math\nimport torch\nimport torch.nn.functional as F\nfrom torch import nn\n"
Repair = Callable[[Document, list[Place], list[Place]], Fix | None]


def marked(text: str) -> tuple[str, list[Place], list[Place]]:
    found: dict[str, list[tuple[int, int]]] = {"«": [], "‹": []}
    opened: list[tuple[str, int]] = []
    clean = ""
    for character in text:
        if character in found:
            opened.append((character, len(clean)))
        elif character in "»›":
            kind, start = opened.pop()
            found[kind].append((start, len(clean)))
        else:
            clean += character
    lines = LineMap(clean)

    def places(kind: str) -> list[Place]:
        spans = [Range(lines.position(start), lines.position(end)) for start, end in found[kind]]
        return [Place("a.py", span) for span in spans]

    return clean, places("«"), places("‹")


def applied(text: str, fix: Fix) -> str:
    return apply_edits(text, [(edit.place.range, edit.new_text) for edit in fix.edits])


def repaired(function: Repair, text: str) -> str | None:
    clean, places, others = marked(text)
    fix = function(Document.from_text("a.py", clean), places, others)
    if fix is None:
        return None
    assert fix.title
    assert all(edit.place.path == "a.py" for edit in fix.edits)
    after = applied(clean, fix)
    ast.parse(after)
    return after


def check(function: Repair, before: str, after: str | None) -> None:
    before, after = before + "\n", None if after is None else after + "\n"
    variants = {
        "as it is": ("", ""),
        "behind wide characters": ("'''é𝔘\n'''  # ü\n", ""),
        "in a block": ("if 'ü𝔘':\n", "    "),
    }
    for name, (head, indent) in variants.items():
        if indent and ("'''" in before or "\t" in before):
            continue
        for newline in "\n", "\r\n":
            old, new = (
                None if text is None else (IMPORTS + head + indented(text, indent)).replace("\n", newline)
                for text in (before, after)
            )
            assert old is not None
            assert repaired(function, old) == new, (name, newline)


def indented(text: str, indent: str) -> str:
    return "".join(indent + line if line.strip() else line for line in text.splitlines(keepends=True))


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


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("with «torch.no_grad()»:\n    y = f(x)\nz = 1", "y = f(x)\nz = 1"),
        ("with «(torch.no_grad())»:\n    y = f(x)", "y = f(x)"),
        ("with «torch.no_grad()»: y = f(x); z = 2", "y = f(x); z = 2"),
        (
            "with «torch.no_grad()»:  # why\n    # first\n    y = f(\n  x)\n\n    if y:\n        z\n    # last\n# done",
            "# why\n# first\ny = f(\n  x)\n\nif y:\n    z\n# last\n# done",
        ),
        ("with «torch.set_grad_enabled(False)»:\n    y = '''\n    s'''\n    z", "y = '''\n    s'''\nz"),
        ("with a, «torch.no_grad()»:\n    y = f(x)", "with a:\n    y = f(x)"),
        ("with «torch.no_grad()», a as b:\n    y = f(x)", "with a as b:\n    y = f(x)"),
        ("with (\n    a as c,\n    «torch.no_grad()»,\n):\n    y = f(x)", "with (\n    a as c,\n):\n    y = f(x)"),
        ("with a, «torch.no_grad()»:\n    ‹y› = f(x)\n    z = 1", None),
        ("with «torch.no_grad()» as g:\n    y = 1", None),
        (
            "with «torch.no_grad()»:  # c\n    # on a\n    a = 1\n    # on b\n    ‹b› = 2",
            "with torch.no_grad():  # c\n    # on a\n    a = 1\n# on b\nb = 2",
        ),
        (
            "with «torch.no_grad()»:  # c\n    # on a\n    ‹a = 1›\n    # on b\n    b = 2\nq",
            "# on a\na = 1\nwith torch.no_grad():  # c\n    # on b\n    b = 2\nq",
        ),
        (
            "with «torch.no_grad()»:\n    a = 1\n    # on b\n    if b:\n        ‹b› = 2\n    # on c\n    c = 1\nq",
            "with torch.no_grad():\n    a = 1\n# on b\nif b:\n    b = 2\n"
            "with torch.no_grad():\n    # on c\n    c = 1\nq",
        ),
        (
            "for i in x:\n    with «torch.no_grad()»:\n        ‹y = 1›\n        ‹z = 2›\n        w = 3\n    u = 4",
            "for i in x:\n    y = 1\n    z = 2\n    with torch.no_grad():\n        w = 3\n    u = 4",
        ),
        (
            "with «torch.no_grad()»:\n    a = 1\n    @d\n    def ‹g›(): pass",
            "with torch.no_grad():\n    a = 1\n@d\ndef g(): pass",
        ),
        ("with «torch.no_grad()»:\n    a = 1; ‹b = 2›", None),
        ("with «torch.no_grad()»:\n    a = 1\n‹b = 2›", None),
        ("@«torch.no_grad()»  # c\ndef f(): pass", "def f(): pass"),
        ("@a  # x\n@«torch.inference_mode()»\n@b\nasync def f(): pass", "@a  # x\n@b\nasync def f(): pass"),
        (
            "class A:\n    @«torch.no_grad()»\n    def f(self):\n        pass",
            "class A:\n    def f(self):\n        pass",
        ),
        ("def f():\n    «torch.set_grad_enabled(False)»\n    y = 2", "def f():\n    y = 2"),
        ("def f():\n    «torch.set_grad_enabled(False)»", "def f():\n    pass"),
        ("if c: «torch.set_grad_enabled(False)»", "if c: pass"),
        ("a(); «torch.set_grad_enabled(False)»; b()", "a(); b()"),
        ("y = «torch.no_grad()»", None),
    ],
)
def test_move_out(before: str, after: str | None) -> None:
    check(lambda document, places, needed: repair.move_out(document, places[0], needed), before, after)


def test_move_out_keeps_tabs() -> None:
    before = "if c:\n\twith «torch.no_grad()»:\n\t\t# first\n\t\ty = f(x)\n\t\tif y:\n\t\t\tz = 1\n\tq = 1\n"
    after = "if c:\n\t# first\n\ty = f(x)\n\tif y:\n\t\tz = 1\n\tq = 1\n"
    assert repaired(lambda document, places, _: repair.move_out(document, places[0]), before) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «torch.randn(3)»", "x = torch.randn(3, requires_grad=True)"),
        ("x = «torch.randn()»", "x = torch.randn(requires_grad=True)"),
        ("x = «torch.randn(  )»", "x = torch.randn(requires_grad=True)"),
        ("x = «torch.randn(3,)»", "x = torch.randn(3, requires_grad=True,)"),
        ("x = «torch.randn(3, requires_grad=False)»", "x = torch.randn(3, requires_grad=True)"),
        ("x = «torch.randn(3, requires_grad=(not a))»", "x = torch.randn(3, requires_grad=True)"),
        ("x = «torch.randn(3, requires_grad=True)»", None),
        ("x = «torch.randn(*shape)»", "x = torch.randn(*shape, requires_grad=True)"),
        ("x = «torch.randn(3, **options)»", None),
        ("x = «f((a))»", "x = f((a), requires_grad=True)"),
        ("x = «f(a for a in b)»", "x = f((a for a in b), requires_grad=True)"),
        (
            "x = «torch.randn(\n    3,\n    4,  # four\n)»",
            "x = torch.randn(\n    3,\n    4,  # four\n    requires_grad=True,\n)",
        ),
        (
            "x = «torch.randn(\n    3,\n    4  # four\n)»",
            "x = torch.randn(\n    3,\n    4,  # four\n    requires_grad=True,\n)",
        ),
        ("x = «torch.randn(\n    3\n)»", "x = torch.randn(\n    3,\n    requires_grad=True,\n)"),
        ("x = «torch.randn(\n    3, 4\n)»", "x = torch.randn(\n    3, 4, requires_grad=True\n)"),
        ("x = «torch.randn(3,\n                4)»", "x = torch.randn(3,\n                4, requires_grad=True)"),
        ("x = «torch.randn(  # none\n)»", "x = torch.randn(  # none\nrequires_grad=True)"),
        ("f(«torch.zeros(2)», g(«1»))", "f(torch.zeros(2, requires_grad=True), g(1))"),
        ("a = 'é'; x = «f('𝔘')»; b", "a = 'é'; x = f('𝔘', requires_grad=True); b"),
        ("x = «y»", None),
    ],
)
def test_set_keyword(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.set_keyword(document, places[0], "requires_grad", "True"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«f(a, k=True)»", "f(a)"),
        ("«f(k=True)»", "f()"),
        ("«f(k=True, b=2)»", "f(b=2)"),
        ("«f(a, k=True,)»", "f(a,)"),
        ("«f(a, k=True, b=1)»", "f(a, b=1)"),
        ("«f(a, k=(True), b=2)»", "f(a, b=2)"),
        ("«f(\n    a,\n    k=True,  # c\n    b=1,\n)»", "f(\n    a,\n    b=1,\n)"),
        ("«f(\n    a,  # first\n    k=True)»", "f(\n    a,  # first\n    )"),
        ("«f(a,\n  k=True\n)»", "f(a,\n)"),
        ("«f(a\n  , k=True)»", "f(a)"),
        ("«f(a,  # c\n  k=True, b=1)»", "f(a,  # c\n  b=1)"),
        ("«f(k)»", None),
    ],
)
def test_drop_keyword(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.drop_keyword(document, places[0], "k"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«torch.tensor([1, 2])»", "torch.tensor([1.0, 2.0])"),
        ("«torch.tensor([[1, -2], [3., 1_000]])»", "torch.tensor([[1.0, -2.0], [3., 1_000.0]])"),
        ("«torch.tensor((\n    1,  # one\n    2,\n))»", "torch.tensor((\n    1.0,  # one\n    2.0,\n))"),
        ("«torch.tensor(3)»", "torch.tensor(3.0)"),
        ("«torch.tensor([x, 2])»", None),
        ("«torch.tensor([True, 2])»", None),
        ("«torch.tensor([0x10])»", None),
        ("«torch.tensor([1], dtype=torch.long)»", None),
        ("«torch.tensor([1.0])»", None),
        ("«torch.tensor(range(3))»", None),
    ],
)
def test_float_literals(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.float_literals(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «x.detach()»", "y = x"),
        ("y = «x.data»", "y = x"),
        ("y = «x.detach()».clone()", "y = x.clone()"),
        ("y = «(a + b).detach()»", "y = (a + b)"),
        ("y = «x . detach ( )» + 1", "y = x + 1"),
        ("f(«x.item()», 1)", "f(x, 1)"),
        ("y = «x[\n    0\n].detach()»", "y = x[\n    0\n]"),
        ("y = «x\\\n    .detach()»", "y = x"),
        ("y = (\n    «x\n    .detach()»\n    .sum()\n)", "y = (\n    x\n    .sum()\n)"),
        (
            "y = (\n    «x\n    .foo()  # c\n    .detach()»\n    .bar()\n)",
            "y = (\n    x\n    .foo()  # c\n    .bar()\n)",
        ),
        ("y = (\n    «x\n    .foo()  # c\n    .detach()»  # d\n)", "y = (\n    x\n    .foo()  # c\n)"),
        ("z = 1\n«x.detach_()»", "z = 1"),
        ("if c:\n    «x.detach_()»", "if c:\n    pass"),
        ("y = «float(x)»", None),
        ("y = «x»", None),
    ],
)
def test_remove_tail(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.remove_tail(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«z.backward()»", "z.sum().backward()"),
        ("«z[0].backward(retain_graph=True)»  # c", "z[0].sum().backward(retain_graph=True)  # c"),
        ("«(a+b).backward()»", "(a+b).sum().backward()"),
        ("«f(x)(y).backward()»", "f(x)(y).sum().backward()"),
        ("«(\n    z  # c\n).backward()»", "(\n    z  # c\n).sum().backward()"),
        ("«backward(z)»", None),
    ],
)
def test_insert_before_tail(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.insert_before_tail(document, places[0], ".sum()"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «x»", "y = x.detach()"),
        ("y = «a + b»  # c", "y = (a + b).detach()  # c"),
        ("y = («a + b»)", "y = (a + b).detach()"),
        ("y = «(a + b)»", "y = (a + b).detach()"),
        ("f(«a + b»)", "f((a + b).detach())"),
        ("f((«a»))", "f((a).detach())"),
        ("total += «loss»", "total += loss.detach()"),
        ("y = «-a»", "y = (-a).detach()"),
        ("y = «a if c else b»", "y = (a if c else b).detach()"),
        ("y = «a[0](1)»", "y = a[0](1).detach()"),
        ("y = «1»", "y = (1).detach()"),
        ("y = «'a' 'b'»", "y = ('a' 'b').detach()"),
        ("y = «a, b»", "y = (a, b).detach()"),
        ("y = («a\n    + b»)", "y = (a\n    + b).detach()"),
        ("«y» = 1", None),
    ],
)
def test_append(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.append(document, places[0], ".detach()"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«loss.backward»", "loss.backward()"),
        ("«optimizer.step»  # c", "optimizer.step()  # c"),
        ("(«loss.backward»)", "(loss.backward())"),
        ("with «torch.no_grad»:\n    pass", "with torch.no_grad():\n    pass"),
        ("«loss.backward»()", None),
        ("«f()»", None),
    ],
)
def test_append_call(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.append_call(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "callee", "after"),
    [
        ("y = «[a, b]»", "torch.nn.ModuleList", "y = nn.ModuleList([a, b])"),
        ("y = «[\n    a,  # c\n]»", "torch.nn.ModuleList", "y = nn.ModuleList([\n    a,  # c\n])"),
        ("y = «a, b»", "list", "y = list((a, b))"),
        ("y = «m.parameters()»", "list", "y = list(m.parameters())"),
        ("y = «a + b»", "torch.sum", "y = torch.sum(a + b)"),
        ("y = «a»", "numpy.sum", None),
        ("«y» = a", "list", None),
    ],
)
def test_wrap_in_call(before: str, callee: str, after: str | None) -> None:
    check(lambda document, places, _: repair.wrap_in_call(document, places[0], callee), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «torch.tensor(x)»  # c", "y = x  # c"),
        ("y = «torch.tensor(x,)».sum()", "y = x.sum()"),
        ("y = «torch.tensor(a + b)»", "y = a + b"),
        ("y = «torch.tensor(a + b)» * 2", "y = (a + b) * 2"),
        ("y = -«torch.tensor(a * b)»", "y = -(a * b)"),
        ("y = «torch.tensor(a + b)».sum()", "y = (a + b).sum()"),
        ("y = f(«torch.tensor(a + b)»)", "y = f(a + b)"),
        ("y = [«torch.tensor(a + b)»]", "y = [a + b]"),
        ("y = «torch.tensor((a + b))» * 2", "y = (a + b) * 2"),
        ("y = «torch.tensor((a, b))»", "y = (a, b)"),
        ("y = «torch.tensor(\n    a\n    + b,\n)»", "y = (a\n    + b)"),
        ("y = «torch.tensor([\n    a,  # c\n])»", "y = [\n    a,  # c\n]"),
        ("y = «torch.tensor(  # c\n    a)»", None),
        ("y = «torch.tensor(x, requires_grad=True)»", "y = x"),
        ("y = «torch.tensor(x, device=d)»", None),
        ("y = «torch.tensor(x, y)»", None),
        ("y = «torch.tensor(*x)»", None),
        ("y = «torch.tensor()»", None),
        ("y = «torch.tensor(a for a in b)»", None),
    ],
)
def test_unwrap_call(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.unwrap_call(document, places[0], ["requires_grad"]), before, after)


@pytest.mark.parametrize(
    ("before", "callee", "after"),
    [
        ("y = «math.exp(t)»", "torch.exp", "y = torch.exp(t)"),
        ("y = «(math.exp)(t)»", "torch.exp", "y = torch.exp(t)"),
        ("y = «torch.tensor([\n    a,  # c\n])»", "torch.stack", "y = torch.stack([\n    a,  # c\n])"),
        ("y = «f(t)»", "torch.nn.functional.relu", "y = F.relu(t)"),
        ("y = «f(t)»", "jax.numpy.exp", None),
        ("y = «f»", "torch.exp", None),
    ],
)
def test_replace_callee(before: str, callee: str, after: str | None) -> None:
    check(lambda document, places, _: repair.replace_callee(document, places[0], callee), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«x.require_grad = True»", "x.requires_grad = True"),
        ("«x.require_grad» = True", "x.requires_grad = True"),
        ("«x.requires_grad_ = True»  # c", "x.requires_grad = True  # c"),
        ("y = «x[0].require_grad»", "y = x[0].requires_grad"),
        ("«x.require_grad == True»", "x.requires_grad == True"),
        ("«x» = 1", None),
    ],
)
def test_rename_attribute(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.rename_attribute(document, places[0], "requires_grad"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«f(a, requires_gradient=True)»", "f(a, requires_grad=True)"),
        ("«f(requires_gradient = True, b=1)»", "f(requires_grad = True, b=1)"),
        ("«f(requires_gradient=True, requires_grad=False)»", None),
        ("«f(a)»", None),
    ],
)
def test_rename_keyword(before: str, after: str | None) -> None:
    check(
        lambda document, places, _: repair.rename_keyword(document, places[0], "requires_gradient", "requires_grad"),
        before,
        after,
    )


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("y = «float(x)»", "x", "y = x"),
        ("y = 2 * «float(x)»", "a + b", "y = 2 * (a + b)"),
        ("y = 2 * («float(x)»)", "a + b", "y = 2 * (a + b)"),
        ("y = «float(x)»", "a +", None),
    ],
)
def test_replace(before: str, text: str, after: str | None) -> None:
    check(lambda document, places, _: repair.replace(document, places[0], text), before, after)


BLOCK = "if p:\n    q()"


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("x = «1»  # c\ny", "p()", "p()\nx = 1  # c\ny"),
        ("if c: «x»", "p()", "if c: p(); x"),
        ("if c: «x»", BLOCK, None),
        ("a; «b»; d", "p()", "a; p(); b; d"),
        ("«a»; b", "p()", "p()\na; b"),
        ("for i in x:\n    «loss».backward()", BLOCK, "for i in x:\n    if p:\n        q()\n    loss.backward()"),
        ("if a:\n    pass\nelif «b»:\n    pass", "p()", "p()\nif a:\n    pass\nelif b:\n    pass"),
        ("@d\ndef «f»():\n    pass", "p()", "p()\n@d\ndef f():\n    pass"),
        ("try:\n    pass\nexcept E:\n    «x»\n", "p()", "try:\n    pass\nexcept E:\n    p()\n    x\n"),
        ("match x:\n    case 1:\n        «x»", "p()", "match x:\n    case 1:\n        p()\n        x"),
    ],
)
def test_insert_before(before: str, text: str, after: str | None) -> None:
    check(lambda document, places, _: repair.insert_before(document, places[0], text), before, after)


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("x = «1»  # c\ny", "p()", "x = 1  # c\np()\ny"),
        ("if c: «x»", "p()", "if c: x; p()"),
        ("if c: «x»", BLOCK, None),
        ("a; «b»; d", "p()", "a; b; p(); d"),
        ("«a»; b", "p()", "a; p(); b"),
        ("a; «b»  # c\nq", "p()", "a; b  # c\np()\nq"),
        ("for i in x:\n    «loss».backward()", BLOCK, "for i in x:\n    loss.backward()\n    if p:\n        q()"),
        ("x = («\n    1»,\n)  # é\ny", "p()", "x = (\n    1,\n)  # é\np()\ny"),
        ("for «i» in x:\n    y\n    # z\nq", "p()", "for i in x:\n    y\np()\n    # z\nq"),
    ],
)
def test_insert_after(before: str, text: str, after: str | None) -> None:
    check(lambda document, places, _: repair.insert_after(document, places[0], text), before, after)


def test_insert_after_the_last_line_of_a_file_without_a_line_end() -> None:
    text = "x\nif c:\n\t«y»"
    after = "x\nif c:\n\ty\n\tif p:\n\t\tq()"
    assert repaired(lambda document, places, _: repair.insert_after(document, places[0], BLOCK), text) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«x»  # c\ny", "y"),
        ("if c:\n    «x»  # c", "if c:\n    pass  # c"),
        ("if c: «x»", "if c: pass"),
        ("a; «b»", "a"),
        ("«a»; b", "b"),
        ("a; «b»; c", "a; c"),
        ("if c: a; «b»", "if c: a"),
        ("if c:\n    pass\nelse:\n    «x» = (\n        1,\n    )", "if c:\n    pass\nelse:\n    pass"),
        ("z\n@d\ndef «f»(): pass\nx", "z\nx"),
        ("if a: pass\nelif «b»: pass", None),
    ],
)
def test_remove_statement(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.remove_statement(document, places[0]), before, after)


def test_remove_the_last_line_of_a_file_without_a_line_end() -> None:
    assert repaired(lambda document, places, _: repair.remove_statement(document, places[0]), "x\n«y»") == "x"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("‹a()›  # a\nb()\n«c()»  # c\nd()", "c()  # c\na()  # a\nb()\nd()"),
        ("‹a›\n«b»", "b\na"),
        ("«a»\n‹b›", None),
        ("«a»\nb\n‹c›", "b\na\nc"),
        (
            "for i in x:\n    ‹a›()\n    if b:\n        «z(\n            x)»  # c\nq",
            "for i in x:\n    z(\n        x)  # c\n    a()\n    if b:\n        pass\nq",
        ),
        ("‹a›; b\n«c»", "c\na; b"),
        ("a; ‹b›\n«c»", "a; c; b"),
        ("for ‹i› in x:\n    «a»", None),
    ],
)
def test_move_before(before: str, after: str | None) -> None:
    check(lambda document, places, others: repair.move_before(document, places[0], others[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("‹a()›  # a\nb()\n«c()»  # c\nd()", "a()  # a\nc()  # c\nb()\nd()"),
        ("«a»  # a\n‹b›  # b", "b  # b\na  # a"),
        ("‹a›\n«b»", None),
        ("«s = '''\n  x'''»\nif c:\n    ‹b›", "if c:\n    b\n    s = '''\n  x'''"),
        ("a; «b»\n‹c›", "a\nc\nb"),
    ],
)
def test_move_after(before: str, after: str | None) -> None:
    check(lambda document, places, others: repair.move_after(document, places[0], others[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("for p in ps: «p.z()»", "for p in ps:\n    if g:\n        p.z()"),
        ("for p in ps:\n    «p.z()»  # c", "for p in ps:\n    if g:\n        p.z()  # c"),
        ("«a»\n\n«b = (\n    1)»\nc", "if g:\n    a\n\n    b = (\n        1)\nc"),
        ("«a»\nb\n«c»", "if g:\n    a\nb\nif g:\n    c"),
        ("@d\ndef «f»():\n    x", "if g:\n    @d\n    def f():\n        x"),
        ("a; «b»", None),
        ("if a: x\nelif «b»: y", None),
    ],
)
def test_wrap_statements(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.wrap_statements(document, "if g:", *places), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«x.requires_grad == True»  # c", "x.requires_grad = True  # c"),
        ("«x.a.b==y»", "x.a.b=y"),
        ("«x == y == z»", None),
        ("«x != y»", None),
        ("«f(x) == y»", None),
    ],
)
def test_compare_to_assign(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.compare_to_assign(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«m.requires_grad = False»  # c", "m.requires_grad_(False)  # c"),
        ("«a[0].b.requires_grad=not x»", "a[0].b.requires_grad_(not x)"),
        ("«m.requires_grad = n.x = False»", None),
        ("«m = False»", None),
    ],
)
def test_assign_to_call(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.assign_to_call(document, places[0], "requires_grad_"), before, after)


@pytest.mark.parametrize(
    ("imports", "dotted", "name"),
    [
        ("import torch", "torch.no_grad", "torch.no_grad"),
        ("import torch as th", "torch.no_grad", "th.no_grad"),
        ("import torch.nn", "torch.no_grad", "torch.no_grad"),
        ("import torch.nn as nn", "torch.no_grad", None),
        ("from torch import no_grad", "torch.no_grad", "no_grad"),
        ("from torch import nn", "torch.nn.functional.relu", "nn.functional.relu"),
        ("import torch.nn.functional as F\nimport torch", "torch.nn.functional.relu", "F.relu"),
        ("try:\n    import torch\nexcept ImportError:\n    pass", "torch.stack", "torch.stack"),
        ("from .torch import stack", "torch.stack", None),
        ("from torch import *", "torch.stack", None),
    ],
)
def test_local_name(imports: str, dotted: str, name: str | None) -> None:
    document = Document.from_text("a.py", imports + "\nx = 1\n")
    assert repair.local_name(document, dotted) == name


def test_a_name_is_looked_up_where_it_is_needed() -> None:
    text = "import torch\ndef f(torch):\n    «x»\ndef g():\n    import torch as t\n    ‹x›\n"
    clean, places, others = marked(text)
    document = Document.from_text("a.py", clean)
    assert repair.local_name(document, "torch.no_grad", places[0]) is None
    assert repair.local_name(document, "torch.no_grad", others[0]) == "t.no_grad"


def test_combined_fixes_are_one_or_none() -> None:
    clean, places, _ = marked("x = «f(1)»\ny = «x»\n")
    document = Document.from_text("a.py", clean)
    one = repair.set_keyword(document, places[0], "k", "2")
    other = repair.clone_first(document, places[1])
    assert one is not None
    assert other is not None
    both = repair.combined(document, "Do both", one, other)
    assert both is not None
    assert applied(clean, both) == "x = f(1, k=2)\ny = x.clone()\n"
    assert both.safety is Safety.CHANGES_TRAINING
    assert repair.combined(document, "Do both", one, None) is None
    assert repair.combined(document, "Do both") is None
    flipped = repair.replace(document, places[0], "g(1)")
    assert repair.combined(document, "Contradict", one, flipped) is None


def test_a_fix_in_broken_code_is_not_offered() -> None:
    clean, places, _ = marked("y = (x +\n«z.add_(1)» +\n")
    assert repair.out_of_place(Document.from_text("a.py", clean), places[0]) is None


def test_intact_code_beside_broken_code_is_repaired() -> None:
    clean, places, _ = marked("def f(x):\n    y = x *\n    «x += 1»\n    return x\n")
    fix = repair.out_of_place(Document.from_text("a.py", clean), places[0])
    assert fix is not None
    assert applied(clean, fix) == "def f(x):\n    y = x *\n    x = x + 1\n    return x\n"


def test_magics_in_a_notebook_move_with_their_block() -> None:
    cells = [(None, "import torch"), (None, "with torch.no_grad():\n    !ls 'it''s\n    y = 1\n")]
    document = Document.from_cells("a.ipynb", cells)
    fix = repair.move_out(document, Place("a.ipynb", Range.of(1, 5, 1, 20)))
    assert fix is not None
    assert applied(document.text, fix) == "import torch\n!ls 'it''s\ny = 1\n"


def programs() -> Iterator[tuple[Path, str]]:
    here = Path(__file__).parent
    for path in [*sorted(here.glob("cases/**/*.py"))[::9], here / "test_repair.py"]:
        yield path, path.read_text(encoding="utf-8")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_whatever_is_repaired_in_real_programs_parses(newline: str) -> None:
    tried = made = 0
    for path, source in programs():
        text = source.replace("\n", newline)
        document = Document.from_text("a.py", text)
        nodes = [
            (node, Place("a.py", range_of(node).moved(placed.line)))
            for placed in document.chunks
            for statement in placed.chunk.body
            for node in ast.walk(statement)
            if hasattr(node, "lineno")
        ]
        for number, (node, place) in enumerate(nodes):
            if number % 97:
                continue
            for fix in all_repairs(document, node, place, nodes[(number * 7) % len(nodes)][1]):
                tried += 1
                if fix is None:
                    continue
                made += 1
                after = applied(text, fix)
                ast.parse(after)
                assert newline == "\n" or "\n" not in after.replace("\r\n", ""), (path, fix)
    assert made > tried / 4 > 50


def all_repairs(document: Document, node: ast.AST, place: Place, other: Place) -> Iterator[Fix | None]:
    if isinstance(node, ast.Call):
        yield repair.out_of_place(document, place)
        yield repair.set_keyword(document, place, "k", "True")
        yield repair.unwrap_call(document, place)
        yield repair.replace_callee(document, place, "torch.stack")
        yield repair.insert_before_tail(document, place, ".sum()")
        yield from (repair.drop_keyword(document, place, each.arg) for each in node.keywords if each.arg)
    if isinstance(node, ast.expr) and not isinstance(node, (ast.Starred, ast.Slice)):
        yield repair.remove_tail(document, place)
        yield repair.append(document, place, ".detach()")
        yield repair.wrap_in_call(document, place, "list")
        yield repair.replace(document, place, "a + b")
        yield repair.move_out(document, place)
    if isinstance(node, ast.stmt):
        yield repair.insert_before(document, place, BLOCK)
        yield repair.insert_after(document, place, BLOCK)
        yield repair.remove_statement(document, place)
        yield repair.move_before(document, place, other)
        yield repair.move_after(document, place, other)
        yield repair.wrap_statements(document, "if g:", place)
        yield repair.in_no_grad(document, place)
