# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters())
criterion = nn.CrossEntropyLoss()
for x in torch.randn(3, 6, 4):
    y = torch.randint(0, 2, (6,))
    x.requires_grad_(True)
    (direction,) = torch.autograd.grad(criterion(model(x), y), x)
    attacked = x + 0.1 * direction.sign()
    out = model(x.detach())
    first, second = criterion(out, y), out.abs().mean()
    last = model[2].weight
    a = torch.autograd.grad(first, last, retain_graph=True)[0].norm()
    b = torch.autograd.grad(second, last, retain_graph=True)[0].norm()
    loss = criterion(model(attacked), y) + first + (a / (b + 1e-6)).clamp(0, 10).detach() * second
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
