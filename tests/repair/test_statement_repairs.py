"""Whole statements: inserted, removed, moved, wrapped."""

from __future__ import annotations

import pytest

from gradsight import repair
from support.repairs import BLOCK, check, repaired


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
