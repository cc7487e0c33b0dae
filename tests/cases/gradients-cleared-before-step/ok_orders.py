# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
first, second = nn.Linear(3, 3), nn.Linear(3, 1)
first_optimizer = torch.optim.SGD(first.parameters(), lr=0.1)
second_optimizer = torch.optim.SGD(second.parameters(), lr=0.1)
for batch in torch.randn(3, 4, 3):
    loss = second(torch.tanh(first(batch))).pow(2).mean()
    loss.backward()
    first_optimizer.step()
    first_optimizer.zero_grad()
    second_optimizer.step()
    second_optimizer.zero_grad()
