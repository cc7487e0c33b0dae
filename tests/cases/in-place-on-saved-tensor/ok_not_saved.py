# expect-silent
import torch

torch.manual_seed(0)
weight = torch.randn(3, requires_grad=True)
inputs = torch.randn(6, 3)
mask = torch.ones(6)
mask[2] = 0.0
scores = torch.zeros(6)
for i in range(3):
    scores[i] = inputs[i] @ weight
loss = (scores * mask).sum()
loss.backward()
mask[3] = 0.0
