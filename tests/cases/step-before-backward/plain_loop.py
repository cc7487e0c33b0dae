# runs: torch.equal(start, model.weight)
# fixed: not torch.equal(start, model.weight)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
start = model.weight.detach().clone()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for x in torch.randn(6, 8, 3):
    optimizer.zero_grad()
    loss = (model(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()
    optimizer.step()  # expect[GS603] `optimizer.step()`
    loss.backward()
