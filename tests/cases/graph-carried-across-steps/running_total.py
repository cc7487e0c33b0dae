# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: isinstance(total, float) and total > 0
import torch
from torch import nn

torch.manual_seed(2)
model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
total = 0.0
for batch in torch.randn(3, 16, 5):
    loss = (model(batch) - batch.sum(dim=1, keepdim=True)).pow(2).mean()
    total += loss  # expect[GS406] `total`
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
