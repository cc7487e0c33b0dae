# runs: raises RuntimeError: does not require grad
# fixed: model[0].weight.grad is not None
# why: running observes no checkpoint, so all it sees is an input that does not require grad
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


def forward(model, batch):
    return checkpoint(model, batch)  # static[GS211 error] `checkpoint(model, batch)`


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(2):
    batch = torch.randn(6, 4)  # probe[GS101] `torch.randn(6, 4)`
    loss = forward(model, batch).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
