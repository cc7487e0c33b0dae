# why: where a layer without parameters was built is not observed, so the probe says it at the call of the model
# runs: loss.item() > 0.3
# fixed: loss.item() < 0.1
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
model = nn.Sequential(
    nn.Linear(2, 16),
    nn.Tanh(),
    nn.Linear(16, 1),
    nn.Sigmoid(),  # static[GS702] `nn.Sigmoid()`
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.1)
x = torch.randn(40, 2)
label = (x[:, 0] > x[:, 1]).float()
for _ in range(60):
    optimizer.zero_grad()
    score = model(x).squeeze(1)  # probe[GS702] `model(x)`
    loss = F.binary_cross_entropy_with_logits(score, label)
    loss.backward()
    optimizer.step()
