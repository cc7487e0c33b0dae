# runs: torch.equal(model.weight, before)
# fixed: not torch.equal(model.weight, before)
# why: naming a method leaves nothing that a run could see; that no step ever comes it does see
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
before = model.weight.detach().clone()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(3):
    model.train()
    optimizer.zero_grad()
    loss = model(torch.randn(4, 3)).pow(2).mean()
    loss.backward()  # probe[GS604] `loss.backward()`
    optimizer.step  # static[GS409] `optimizer.step`
