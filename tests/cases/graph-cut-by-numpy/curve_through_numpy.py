# runs: scale.grad is None and shift.grad is not None
# fixed: scale.grad is not None
import numpy as np
import torch

scale = torch.tensor([0.5, 2.0, 1.0], requires_grad=True)
shift = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([scale, shift], lr=0.1)
target = torch.tensor([0.1, 0.9, 0.4])

for _ in range(3):
    curve = torch.from_numpy(np.tanh(scale.detach().numpy()))  # expect[GS205] `torch.from_numpy(np.tanh(scale.detach().numpy()))`
    loss = (curve + shift - target).pow(2).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
