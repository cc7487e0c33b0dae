# runs: getattr(total, "grad_fn", None) is not None
# fixed: isinstance(total, float)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
total = 0.0
for x in torch.randn(12, 4, 3):
    optimizer.zero_grad()
    loss = (model(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()
    loss.backward()
    optimizer.step()
    total += loss  # expect[GS605] `total += loss`
print(f"mean loss {total / 12:.4f}")
