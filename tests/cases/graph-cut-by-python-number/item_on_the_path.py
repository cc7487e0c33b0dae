# runs: raises RuntimeError: does not require grad
# fixed: model.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
inputs, targets = torch.randn(5, 3), torch.randn(5, 1)

mean_prediction = model(inputs).mean().item()  # expect[GS204] `.item()`
loss = (targets - mean_prediction).abs().mean()
loss.backward()
