# expect-silent
import torch
from torch import nn


class SignDescent(torch.optim.Optimizer):
    def __init__(self, params, lr):
        super().__init__(params, {"lr": lr})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.add_(p.grad.sign(), alpha=-group["lr"])


torch.manual_seed(0)
embed = nn.Embedding(10, 4)
embed.weight.data.copy_(torch.randn(10, 4))
first, second, last = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 1)
optimizers = [torch.optim.SGD([*first.parameters(), *last.parameters()], lr=0.1), SignDescent(second.parameters(), 0.01)]
for _ in range(3):
    loss = last(second(torch.relu(first(embed(torch.randint(10, (5,))))))).pow(2).mean()
    for optimizer in optimizers:
        optimizer.zero_grad()
    loss.backward()
    for optimizer in optimizers:
        optimizer.step()
