# runs: weigh.log_variances.grad is None
# fixed: weigh.log_variances.grad is not None
import torch
from torch import nn


class Weighing(nn.Module):
    def __init__(self, parts):
        super().__init__()
        self.log_variances = nn.Parameter(torch.zeros(parts))

    def forward(self, losses):
        total = 0.0
        for loss, log_variance in zip(losses, self.log_variances.tolist()):  # expect[GS204] `.tolist()`
            total = total + loss * (1 - log_variance)
        return total


torch.manual_seed(0)
net, weigh = nn.Linear(5, 2), Weighing(2)
optimizer = torch.optim.Adam([*net.parameters(), *weigh.parameters()], lr=1e-2)
for _ in range(2):
    out = net(torch.randn(8, 5))
    loss = weigh([out[:, 0].pow(2).mean(), (out[:, 1] - 1).abs().mean()])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
