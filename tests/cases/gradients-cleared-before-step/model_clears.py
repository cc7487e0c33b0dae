# runs: torch.equal(model.weight, start)
# fixed: not torch.equal(model.weight, start)
import torch
from torch import nn


def run_epoch(model, solver, batches):
    for inputs, targets in batches:
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        model.zero_grad()  # expect[GS602] `model.zero_grad()`
        solver.step()
        print(loss.item())


torch.manual_seed(0)
model = nn.Linear(2, 2)
start = model.weight.detach().clone()
solver = torch.optim.Adam(model.parameters(), lr=0.01)
batches = [(torch.randn(3, 2), torch.randn(3, 2)) for _ in range(3)]
run_epoch(model, solver, batches)
