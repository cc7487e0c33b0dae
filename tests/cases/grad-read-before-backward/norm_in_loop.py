# runs: raises AttributeError: 'NoneType' object has no attribute 'norm'
# fixed: len(norms) == 3
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
norms = []
for _ in range(3):
    x = torch.randn(8, 4)
    optimizer.zero_grad()
    loss = model(x).pow(2).mean()
    norms.append(model.weight.grad.norm().item())  # expect[GS403] `model.weight.grad`
    loss.backward()
    optimizer.step()
