# expect-silent
import torch
from torch import nn


class SoftActor(nn.Module):
    def __init__(self):
        super().__init__()
        self.policy = nn.Linear(4, 2)
        self.log_alpha = torch.zeros(1, requires_grad=True)
        self.register_buffer("scale", torch.ones(2))
        self.mask = torch.ones(2)

    def forward(self, x):
        return self.policy(x) * self.scale * self.mask + self.log_alpha.exp().detach()


actor = SoftActor()
optimizer = torch.optim.Adam(actor.policy.parameters())
alpha_optimizer = torch.optim.Adam([actor.log_alpha])
for x in torch.randn(2, 6, 4):
    loss = actor(x).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    alpha_loss = (actor.log_alpha * (loss.detach() - 1.0)).sum()
    alpha_optimizer.zero_grad()
    alpha_loss.backward()
    alpha_optimizer.step()
