# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
net = nn.Linear(4, 2)
weights = torch.ones(2, requires_grad=True)
steps, balance = torch.optim.SGD(net.parameters(), lr=0.1), torch.optim.SGD([weights], lr=0.1)
for batch in torch.randn(3, 5, 4):
    out = net(batch)
    losses = torch.stack([out[:, 0].pow(2).mean(), out[:, 1].abs().mean()])
    steps.zero_grad()
    (weights * losses).sum().backward()
    weights.grad = None
    weights.grad = losses.detach() - losses.detach().mean()
    steps.step()
    balance.step()
