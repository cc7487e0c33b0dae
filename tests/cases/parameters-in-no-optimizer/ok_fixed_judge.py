# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
judge = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
judge.eval()
network = nn.Linear(4, 4)
image = torch.randn(1, 4, requires_grad=True)
weights = torch.optim.Adam(network.parameters(), lr=0.01)
pixels = torch.optim.Adam([image], lr=0.01)
for _ in range(3):
    loss = nn.functional.cross_entropy(judge(network(torch.randn(3, 4))), torch.ones(3, dtype=torch.long))
    weights.zero_grad()
    loss.backward()
    weights.step()
    loss = judge(image).sum()
    pixels.zero_grad()
    loss.backward()
    pixels.step()
