"""Programs whose loop belongs to a framework, or whose backward is out of sight: reading them says nothing."""

from __future__ import annotations

import pytest

from support.engine import described, static_findings

PROGRAMS = {
    "accelerate": """
import torch
from accelerate import Accelerator
from torch import nn

accelerator = Accelerator()
model = nn.Linear(4, 2)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
loader = load_batches()
model, optimizer, loader = accelerator.prepare(model, optimizer, loader)
for inputs, labels in loader:
    loss = nn.functional.cross_entropy(model(inputs), labels)
    accelerator.backward(loss)
    norm = model.weight.grad.norm()
    optimizer.step()
    optimizer.zero_grad()
""",
    "lightning, automatic": """
import pytorch_lightning as pl
import torch
from torch import nn


class Classifier(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))

    def training_step(self, batch, batch_idx):
        x, y = batch
        loss = nn.functional.cross_entropy(self.net(x), y)
        self.log("train_loss", loss)
        return loss

    def on_after_backward(self):
        self.log("norm", self.net[0].weight.grad.norm())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=1e-3)


pl.Trainer(max_epochs=1).fit(Classifier(), train_loader())
""",
    "lightning, manual": """
import lightning as L
import torch
from torch import nn


class Pair(L.LightningModule):
    def __init__(self):
        super().__init__()
        self.automatic_optimization = False
        self.generator, self.critic = nn.Linear(2, 4), nn.Linear(4, 1)

    def training_step(self, batch, batch_idx):
        g_opt, c_opt = self.optimizers()
        fake = self.generator(torch.randn(8, 2))
        c_opt.zero_grad()
        self.manual_backward(self.critic(fake.detach()).mean() - self.critic(batch).mean())
        clipped = self.critic.weight.grad.clamp(-1, 1)
        c_opt.step()
        g_opt.zero_grad()
        self.manual_backward(-self.critic(fake).mean())
        g_opt.step()

    def configure_optimizers(self):
        return torch.optim.Adam(self.generator.parameters()), torch.optim.Adam(self.critic.parameters())
""",
    "gradient scaler": """
import torch
from torch import nn

model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scaler = torch.cuda.amp.GradScaler()
for _ in range(3):
    optimizer.zero_grad(set_to_none=True)
    with torch.autocast("cuda"):
        loss = model(torch.randn(8, 4)).pow(2).mean()
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    print(model.weight.grad.abs().max())
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
""",
    "trainer of transformers": """
import torch
from transformers import AutoModelForSequenceClassification, Trainer, TrainingArguments

model = AutoModelForSequenceClassification.from_pretrained("some/model")
for parameter in model.base_model.parameters():
    parameter.requires_grad = False


class Weighted(Trainer):
    def compute_loss(self, model, inputs, return_outputs=False):
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        weights = torch.tensor([1.0, 3.0], device=outputs.logits.device)
        loss = torch.nn.functional.cross_entropy(outputs.logits, labels, weight=weights)
        return (loss, outputs) if return_outputs else loss


Weighted(model=model, args=TrainingArguments("out"), train_dataset=data()).train()
""",
    "ignite": """
import torch
from ignite.engine import Engine
from torch import nn

model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)


def update(engine, batch):
    model.train()
    optimizer.zero_grad()
    x, y = batch
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward()
    optimizer.step()
    return loss.item()


Engine(update).run(batches(), max_epochs=2)
""",
    "deepspeed engine": """
import deepspeed
import torch
from torch import nn

model = nn.Linear(3, 1)
engine, optimizer, _, _ = deepspeed.initialize(model=model, model_parameters=model.parameters())
for x, y in batches():
    loss = nn.functional.mse_loss(engine(x), y)
    engine.backward(loss)
    engine.step()
    print(model.weight.grad is None, model.bias.grad)
""",
    "backward in a helper from elsewhere": """
import torch
from torch import nn
from our_tools import run_backward

w = torch.ones(3, requires_grad=True)
run_backward((w * 2).sum())
update = 0.1 * w.grad
hidden = w * 2
run_backward(hidden.sum())
print(update, hidden.sum())
""",
    "data of unknown origin": """
import torch


def energy(positions, weights):
    return (positions * weights).sum()


def forces(positions, weights):
    value = energy(positions, weights)
    value.backward()
    return -positions.grad


def per_sample(model, x, loss_fn):
    loss = loss_fn(model(x))
    loss.backward()
    return x.grad, model.weight.grad.norm()


def loss_of(batch):
    losses = torch.stack([item.loss for item in batch])
    losses.backward()
    return losses
""",
    "expected errors": """
import pytest
import torch


def test_no_graph():
    with pytest.raises(RuntimeError, match="does not require grad"):
        torch.ones(3).sum().backward()


def test_integers():
    with pytest.raises(RuntimeError):
        torch.tensor([1, 2], requires_grad=True)


def test_twice():
    x = torch.ones(3, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    with pytest.raises(RuntimeError):
        y.backward()
    with pytest.raises(RuntimeError):
        (x * x).backward()
""",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_reading_is_silent(name: str) -> None:
    text = PROGRAMS[name]
    report = "\n".join(described(text, finding) for finding in static_findings(text))
    assert not report, report
