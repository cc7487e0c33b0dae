# runs: not sparsity(model).requires_grad
# fixed: none
# why: a count has no gradient, and which smooth measure should stand for it is a decision
import torch
from torch import nn
from torch.nn import functional as F


def sparsity(model):
    return (model[0].weight.abs() > 0.05).float().mean()  # expect[GS207] `model[0].weight.abs() > 0.05`


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
inputs, targets = torch.randn(16, 4), torch.randn(16, 1)
for _ in range(2):
    loss = F.mse_loss(model(inputs), targets) + 0.01 * sparsity(model)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
