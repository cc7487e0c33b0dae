# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: none
# why: the forward pass belongs into the loop, and what of it only its author can say
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(16, 4), torch.randn(16, 1)
loss = nn.functional.mse_loss(model(inputs), targets)
for epoch in range(5):
    optimizer.zero_grad()
    loss.backward()  # expect[GS405] `loss.backward()`
    optimizer.step()
