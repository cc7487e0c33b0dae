# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Linear(2, 5)
with torch.no_grad():
    picture = generator(torch.randn(1, 2))
picture.requires_grad_(True)
optimizer = torch.optim.Adam([picture], lr=0.05)
for _ in range(3):
    optimizer.zero_grad()
    (picture - 1.0).pow(2).sum().backward()
    optimizer.step()
