"""Statements freed from a grad-mode scope."""

from __future__ import annotations

import pytest

from gradsight import repair
from support.repairs import check, repaired


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
