# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in torch.randn(3, 5, 3):
    loss = model(batch).pow(2).mean()
    loss.backward()
    total = sum(p.grad.norm().item() for p in model.parameters())
    optimizer.step()
    optimizer.zero_grad(set_to_none=False)
    left = sum(p.grad.abs().sum().item() for p in model.parameters())
