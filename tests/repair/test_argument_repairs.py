"""What a call is given."""

from __future__ import annotations

import pytest

from gradsight import repair
from support.repairs import check


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
        ("«loss.backward(loss)»", "loss.backward()"),
        ("«loss.backward(loss, retain_graph=True)»", "loss.backward(retain_graph=True)"),
        ("«loss.backward(\n    loss,  # itself\n    k=True,\n)»", "loss.backward(\n    k=True,\n)"),
        ("«loss.backward(loss, True)»", None),
        ("«loss.backward()»", None),
        ("«loss.backward(*given)»", None),
    ],
)
def test_drop_first(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.drop_first(document, places[0]), before, after)
