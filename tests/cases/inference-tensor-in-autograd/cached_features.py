# runs: raises RuntimeError: Inference tensors cannot be saved for backward
# fixed: head.weight.grad is not None
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
backbone = nn.Sequential(nn.Linear(6, 8), nn.ReLU())
head = nn.Linear(8, 3)
optimizer = torch.optim.SGD(head.parameters(), lr=0.1)
inputs, labels = torch.randn(12, 6), torch.randint(0, 3, (12,))

with torch.inference_mode():  # expect[GS209] `with torch.inference_mode()`
    features = backbone(inputs)

for _ in range(2):
    loss = F.cross_entropy(head(features), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
