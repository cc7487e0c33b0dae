# runs: raises RuntimeError: does not require grad
# fixed: generator.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Linear(3, 5)
critic = nn.Linear(5, 1).requires_grad_(False)
optimizer = torch.optim.Adam(generator.parameters(), lr=0.01)


def generator_loss(noise):
    fake = generator(noise)
    return -critic(fake.detach()).mean()  # expect[GS203] `.detach()`


for _ in range(2):
    loss = generator_loss(torch.randn(4, 3))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
