"""Making tensors that have a gradient of their own."""

from __future__ import annotations

import pytest

from gradsight.repair import creation
from support.repairs import check


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «torch.ones(3)»", "x = torch.ones(3, requires_grad=True)"),
        ("x = «torch.ones(3, requires_grad=False)»", "x = torch.ones(3, requires_grad=True)"),
        ("x = «torch.ones(\n    3,\n)»", "x = torch.ones(\n    3,\n    requires_grad=True,\n)"),
        ("x = «torch.as_tensor(a)»", "x = torch.as_tensor(a).requires_grad_()"),
        ("x = «torch.from_numpy(a)» * 2", "x = torch.from_numpy(a).requires_grad_() * 2"),
        ("x = «nn.Parameter(a, requires_grad=False)»", "x = nn.Parameter(a, requires_grad=True)"),
        ("x = «a.new_zeros(2)»", "x = a.new_zeros(2, requires_grad=True)"),
        ("x = «a»", None),
        (
            "x, y = «torch.ones(3)», «torch.zeros(1)»",
            "x, y = torch.ones(3, requires_grad=True), torch.zeros(1, requires_grad=True)",
        ),
    ],
)
def test_let_require_grad(before: str, after: str | None) -> None:
    check(lambda document, places, _: creation.let_require_grad(document, places), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = «torch.tensor([1, 2])»", "x = torch.tensor([1.0, 2.0])"),
        ("x = «torch.arange(4)»", "x = torch.arange(4.0)"),
        ("x = «torch.tensor(data)»", "x = torch.tensor(data, dtype=torch.float32)"),
        ("x = «torch.tensor([1, 2], dtype=torch.int64)»", "x = torch.tensor([1, 2], dtype=torch.float32)"),
        ("x = «torch.randint(0, 5, (3,))»", "x = torch.randint(0, 5, (3,), dtype=torch.float32)"),
        ("x = «torch.full((2,), 1)»", "x = torch.full((2,), 1, dtype=torch.float32)"),
        ("x = «torch.from_numpy(a)»", "x = torch.from_numpy(a).float()"),
        ("x = «a + 1»", None),
    ],
)
def test_as_floats(before: str, after: str | None) -> None:
    check(lambda document, places, _: creation.as_floats(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("w = «‹torch.randn(3, requires_grad=True)› * 0.1»", "w = (torch.randn(3) * 0.1).requires_grad_()"),
        ("w = «0.1 * ‹torch.randn(3, requires_grad=True)›»", "w = (0.1 * torch.randn(3)).requires_grad_()"),
        ("w = «‹torch.ones(2, requires_grad=True)›.double()»", "w = torch.ones(2).double().requires_grad_()"),
        ("w = «‹torch.ones(2)›.requires_grad_().view(2, 1)»", "w = torch.ones(2).view(2, 1).requires_grad_()"),
        ("w = «‹torch.empty(2)›.normal_().requires_grad_()[0]»", "w = torch.empty(2).normal_()[0].requires_grad_()"),
        ("w = «‹nn.Parameter(torch.ones(2))›.to(d)»", "w = nn.Parameter(torch.ones(2).to(d))"),
        ("w = «‹nn.Parameter(a + b)› * 0.1»", "w = nn.Parameter((a + b) * 0.1)"),
        ("w = «0.1 * ‹nn.Parameter(a)›»", "w = nn.Parameter(0.1 * a)"),
        ("w = «‹nn.Parameter(a, requires_grad=True)› * 2»", None),
        ("w = «‹torch.ones(2)› * 2»", None),
    ],
)
def test_leaf_after(before: str, after: str | None) -> None:
    check(lambda document, places, others: creation.leaf_after(document, others[0], places[0]), before, after)
