"""Which parts of a loss are taken for constants by mistake, and which for constants that are meant."""

from __future__ import annotations

import pytest

from support.engine import static_findings

PROGRAM = """
import math
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

model, critic = nn.Linear(4, 3), nn.Linear(3, 1).requires_grad_(False)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scale = torch.tensor(2.0)
inputs, labels = torch.randn(6, 4), torch.randint(0, 3, (6,))
output = model(inputs)
main = F.cross_entropy(output, labels)
{statements}
optimizer.zero_grad()
loss.backward()
optimizer.step()
"""

LOST = [
    ("loss = main + 0.1 * output.pow(2).mean().item()", "GS204"),
    ("loss = main - output.abs().mean().item()", "GS204"),
    ("loss = main + math.log(output.exp().sum())", "GS204"),
    ("loss = sum([main, float(output.abs().mean())])", "GS204"),
    ("loss = main + 0.5 * F.mse_loss(output.detach(), inputs[:, :3])", "GS203"),
    ("loss = (main + F.mse_loss(output.detach(), inputs[:, :3]).sqrt()) / 2", "GS203"),
    ("loss = main\nloss += F.l1_loss(output.data, inputs[:, :3])", "GS203"),
    ("extra = np.square(output.detach().numpy()).mean()\nloss = main + torch.tensor(extra)", "GS205"),
    ("loss = torch.stack([main, torch.tensor(output.std().item())]).mean()", "GS206"),
    ("loss = main + (output.argmax(1) == labels).float().mean()", "GS207"),
    ("with torch.no_grad():\n    extra = F.mse_loss(critic(output), scale.expand(6, 1))\nloss = main + extra", "GS202"),
    ("loss = main + (output - inputs[:, :3]).sign().pow(2).mean()", "GS701"),
    ("loss = main + 0.1 * torch.round(output).abs().sum()", "GS701"),
]

MEANT = [
    "loss = main * output.detach().abs().mean()",
    "loss = main / main.item()",
    "loss = main + main.detach()",
    "loss = main + (output.argmax(1).float().mean() - main).detach()",
    "loss = main + F.mse_loss(output, output.detach().round())",
    "loss = (main - 0.1).abs() + 0.1",
    "loss = main + scale",
    "loss = main - F.mse_loss(output.detach(), inputs[:, :3])",
    "loss = (output - output.detach().mean()).pow(2).mean() + main",
    "loss = main + output.mul(output.sign()).mean()",
    "with torch.no_grad():\n    weight = output.softmax(1).max()\nloss = weight * main",
    "shown = main + output.abs().mean().item()\nloss = main",
]


@pytest.mark.parametrize(("statements", "code"), LOST)
def test_a_part_without_gradient_is_found(statements: str, code: str) -> None:
    found = static_findings(PROGRAM.format(statements=statements))
    assert [finding.code for finding in found if finding.severity.value == "warning"] == [code]
    (finding,) = (finding for finding in found if finding.code == code)
    assert "is a constant to `loss.backward()`" in finding.message


@pytest.mark.parametrize("statements", MEANT)
def test_a_constant_that_is_meant_is_left_alone(statements: str) -> None:
    found = static_findings(PROGRAM.format(statements=statements))
    assert not [finding.message for finding in found if finding.severity.value in ("error", "warning")]
