# runs: torch.equal(start, model.weight)
# fixed: not torch.equal(start, model.weight)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
start = model.weight.detach().clone()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for epoch in range(6):
    x = torch.randn(8, 3)
    optimizer.zero_grad()
    loss = (model(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()
    loss.backward()  # expect[GS604] `loss.backward()`
    print(epoch, loss.item())
