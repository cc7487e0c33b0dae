# runs: raises RuntimeError: does not require grad
# fixed: all(p.grad is not None for p in model.parameters())
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
criterion = nn.MSELoss()
held_out, labels = torch.randn(6, 3), torch.randn(6, 1)

torch.set_grad_enabled(False)  # expect[GS201] `torch.set_grad_enabled(False)`
print("before training:", criterion(model(held_out), labels).item())

loss = criterion(model(held_out), labels)
loss.backward()
