# runs: raises RuntimeError: returned an incorrect number of gradients
# fixed: encoder.weight.grad is not None
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch
from torch import nn
from torch.autograd import Function


class Reverse(Function):
    @staticmethod
    def forward(ctx, features, strength):
        ctx.strength = strength
        return features.view_as(features)

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output.neg() * ctx.strength  # static[GS801] `grad_output.neg() * ctx.strength`


class DomainHead(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.out = nn.Linear(width, 2)

    def forward(self, features, strength=0.5):
        return self.out(Reverse.apply(features, strength))


torch.manual_seed(0)
encoder = nn.Linear(4, 8)
head = DomainHead(8)
optimizer = torch.optim.SGD([*encoder.parameters(), *head.parameters()], lr=0.1)
for step in range(3):
    inputs, domains = torch.randn(6, 4), torch.randint(0, 2, (6,))
    loss = nn.functional.cross_entropy(head(encoder(inputs)), domains)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
