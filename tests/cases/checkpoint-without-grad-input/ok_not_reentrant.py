# expect-silent
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

body, head = nn.Sequential(nn.Linear(4, 4), nn.ReLU()), nn.Linear(4, 1)
frozen = nn.Linear(4, 4).requires_grad_(False)
optimizer = torch.optim.Adam([*body.parameters(), *head.parameters()], lr=1e-2)
for step in range(2):
    features = frozen(torch.randn(5, 4))
    hidden = checkpoint(body, features, use_reentrant=False)
    loss = head(hidden).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    print(checkpoint(body, torch.randn(2, 4), use_reentrant=True))
print(checkpoint(frozen, torch.randn(2, 4), use_reentrant=True).mean())
