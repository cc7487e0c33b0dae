# runs: max(sizes) < 1e-3
# fixed: max(sizes) > 0.5
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scaler = torch.amp.GradScaler("cpu")
sizes = []
for x in torch.randn(4, 8, 3):
    optimizer.zero_grad()
    loss = (model(x) - x.sum(dim=1, keepdim=True)).abs().mean()
    scaler.scale(loss).backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)  # expect[GS607] `nn.utils.clip_grad_norm_(model.parameters(), 1.0)`
    before = model.weight.detach().clone()
    scaler.step(optimizer)
    scaler.update()
    sizes.append((model.weight.detach() - before).norm().item())
