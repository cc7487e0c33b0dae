"""Realistic PyTorch training files of any length, the same ones for the same number."""

from __future__ import annotations

from collections.abc import Iterator

_HEAD = '''\
"""Training of a family of small networks."""
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
device = torch.device("cpu")
'''

_BLOCK = '''\

class Encoder{n}(nn.Module):
    """Block {n}: two layers with a residual connection."""

    def __init__(self, width={width}, hidden=32, dropout=0.1):
        super().__init__()
        self.first = nn.Linear(width, hidden)
        self.second = nn.Linear(hidden, width)
        self.norm = nn.LayerNorm(width)
        self.scale = nn.Parameter(torch.ones(width))
        self.dropout = dropout

    def forward(self, x, mask=None):
        h = F.relu(self.first(x))
        if self.training and self.dropout > 0:
            h = F.dropout(h, self.dropout)
        h = self.second(h)
        if mask is not None:
            h = h * mask.unsqueeze(-1)
        return self.norm(x + self.scale * h)


def learning_rate{n}(step, warmup=10, total=100):
    if step < warmup:
        return step / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, total - warmup)))


def train{n}(batches=4, width={width}):
    model = Encoder{n}(width)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    history = []
    for step in range(batches):
        inputs = torch.randn(8, width)
        targets = torch.randn(8, width)
        optimizer.zero_grad()
        outputs = model(inputs)
        loss = F.mse_loss(outputs, targets)
        penalty = sum((p ** 2).sum() for p in model.parameters())
        loss = loss + 1e-4 * penalty
        loss.backward()
        for group in optimizer.param_groups:
            group["lr"] = 1e-3 * learning_rate{n}(step)
        optimizer.step()
        history.append(loss.item())
    with torch.no_grad():
        score = model(torch.randn(8, width)).mean().item()
    return history, score


x{n} = torch.ones({width}, requires_grad=True)
y{n} = x{n}.exp()
z{n} = (y{n} * 2).sum()
z{n}.backward()
print({n}, x{n}.grad, train{n}())
'''


def training_file(lines: int) -> str:
    """A file of about that many lines; it has one in-place mistake, near its end."""
    blocks = list(_blocks(lines - _HEAD.count("\n")))
    last = len(blocks) - 1
    blocks[last] = blocks[last].replace(f"z{last} =", f"y{last} += 1\nz{last} =")
    return _HEAD + "".join(blocks)


def _blocks(lines: int) -> Iterator[str]:
    per_block = _BLOCK.count("\n")
    for number in range(max(1, round(lines / per_block))):
        yield _BLOCK.format(n=number, width=8 + number % 5)
