# runs: modes == [True, False, False, False]
# fixed: modes == [True, True, True, True]
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 1))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
held_out, modes = torch.randn(8, 3), []
model.train()
for epoch in range(4):
    for x in torch.randn(5, 8, 3):
        modes.append(model.training) if len(modes) == epoch else None
        loss = (model(x) - x.sum(dim=1, keepdim=True)).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()  # expect[GS606] `model.eval()`
    with torch.no_grad():
        print(epoch, model(held_out).mean().item())
