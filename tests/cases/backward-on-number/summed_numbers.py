# runs: raises AttributeError: object has no attribute 'backward'
# fixed: all(p.grad is not None for p in model.parameters())
# why: a number leaves no trace that the probe could follow, the traceback says it all
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters())
optimizer.zero_grad()
total = 0.0
for images, labels in [(torch.randn(5, 4), torch.randint(0, 2, (5,))) for _ in range(3)]:
    loss = criterion(model(images), labels)
    total += loss.item() / 3  # static[GS410] `.item()`
total.backward()
optimizer.step()
