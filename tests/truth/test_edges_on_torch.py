"""The table of edges says what PyTorch does there: each slope is computed, none is believed."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
import torch

from gradsight.autograd.edges import EDGES, Edge

SPECIAL: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "division": lambda x: 1.0 / x,
    "power": lambda x: x**0.5,
    "negative power": lambda x: x**-1,
}


def function(name: str) -> Callable[[torch.Tensor], torch.Tensor]:
    return SPECIAL.get(name) or getattr(torch, name)  # type: ignore[no-any-return]


def slope(name: str, at: float, arriving: float = 1.0) -> float:
    """The gradient at a point when this much arrives there."""
    x = torch.tensor(at, requires_grad=True)
    function(name)(x).backward(torch.tensor(arriving))
    assert x.grad is not None
    return float(x.grad)


@pytest.mark.parametrize(("name", "edge"), EDGES.items(), ids=EDGES)
def test_slope_is_infinite_at_the_edge_and_zero_becomes_nan(name: str, edge: Edge) -> None:
    for point in edge.at:
        assert math.isinf(slope(name, point))
        assert math.isnan(slope(name, point, arriving=0.0))
    assert math.isfinite(slope(name, edge.at_rest))


@pytest.mark.parametrize(("name", "edge"), EDGES.items(), ids=EDGES)
def test_outside_a_gradient_of_zero_becomes_nan_only_where_the_table_says(name: str, edge: Edge) -> None:
    for point in (-2.5, -1.5, -0.5, 0.5, 1.5, 2.5):
        is_outside = edge.outside is not None and edge.outside(point)
        assert math.isnan(slope(name, point, arriving=0.0)) == is_outside, point


@pytest.mark.parametrize(
    "safe",
    [
        torch.norm,
        torch.linalg.vector_norm,
        lambda x: torch.dist(x, x * 1),
        lambda x: torch.cdist(x[None], x[None]),
        lambda x: torch.nn.functional.normalize(x, dim=0),
        lambda x: torch.nn.functional.pairwise_distance(x, x * 1),
        torch.std,
        torch.abs,
        lambda x: torch.atan2(x, x),
        lambda x: torch.relu(x).sqrt(),
    ],
)
def test_these_are_safe_at_zero(safe: Callable[[torch.Tensor], torch.Tensor]) -> None:
    x = torch.zeros(3, requires_grad=True)
    safe(x).sum().backward()
    assert x.grad is not None and x.grad.isfinite().all()


@pytest.mark.parametrize(
    "bounded",
    [
        lambda x: x.clamp(-1, 1),
        lambda x: torch.min(torch.max(x, -torch.ones_like(x)), torch.ones_like(x)),
        lambda x: torch.minimum(x, torch.ones_like(x)),
    ],
)
def test_a_bound_lets_the_edge_through_and_stops_what_lies_beyond(
    bounded: Callable[[torch.Tensor], torch.Tensor],
) -> None:
    x = torch.tensor([1.0, 1.5], requires_grad=True)
    bounded(x).acos().sum().backward()
    assert x.grad is not None and x.grad[0].isinf() and x.grad[1] == 0


def test_a_distance_to_itself_makes_all_gradients_nan() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
    (x[:, None] - x[None]).pow(2).sum(-1).sqrt().sum().backward()
    assert x.grad is not None and x.grad.isnan().all()
