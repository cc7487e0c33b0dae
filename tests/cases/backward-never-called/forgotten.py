# runs: all(torch.equal(a, b) for a, b in zip(before, model.parameters()))
# fixed: not any(torch.equal(a, b) for a, b in zip(before, model.parameters()))
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
before = [p.detach().clone() for p in model.parameters()]
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
history = []
for epoch in range(3):
    running = 0.0
    for _ in range(4):
        images, labels = torch.randn(6, 4), torch.randint(0, 3, (6,))
        optimizer.zero_grad()
        loss = criterion(model(images), labels)
        optimizer.step()  # expect[GS404] `optimizer.step()`
        running += loss.item()
    history.append(running / 4)
