"""Training code that nobody calls: the model is unknown, and silence is kept wherever something could clear."""

from __future__ import annotations

import pytest

from support.engine import static_findings

PROGRAM = """
import torch


class Trainer:
    def __init__(self, model, rate):
        self.model = model
        self.optimizer = torch.optim.SGD(model.parameters(), lr=rate)

    def fit(self, batches):
        for batch in batches:
            loss = self.model(batch).mean()
            {before}
            loss.backward()
            self.optimizer.step()
            {after}
"""


def codes(before: str = "pass", after: str = "pass") -> list[str]:
    return [finding.code for finding in static_findings(PROGRAM.format(before=before, after=after))]


def test_nobody_clears() -> None:
    assert codes() == ["GS601"]
    assert codes(after="self.model.train()") == ["GS601"]
    assert codes(after="print(loss.item())") == ["GS601"]


@pytest.mark.parametrize(
    "clearing",
    [
        "self.optimizer.zero_grad()",
        "self.model.zero_grad(set_to_none=True)",
        "forget(self.model)",
        "forget(optimizer=self.optimizer)",
        "self.model.forget()",
        "forget(self)",
        "for p in self.model.parameters(): p.grad = None",
    ],
)
def test_something_clears_or_could(clearing: str) -> None:
    assert codes(before=clearing) == []
    assert codes(after=clearing) == []


ORDER = """
import torch


def fit(model, rate, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    other = torch.optim.SGD(model.head.parameters(), lr=rate)
    for batch in batches:
        loss = model(batch).mean()
        loss.backward()
        {between}
        optimizer.step()
"""


def found(between: str) -> list[str]:
    return [finding.code for finding in static_findings(ORDER.format(between=between))]


def test_an_optimizer_that_clears_itself_before_its_step() -> None:
    assert found("optimizer.zero_grad()") == ["GS602"]


@pytest.mark.parametrize("between", ["other.zero_grad()", "forget(optimizer)", "pass"])
def test_something_else_between_backward_and_step(between: str) -> None:
    assert "GS602" not in found(between)
