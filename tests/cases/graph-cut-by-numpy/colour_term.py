# runs: not tint(model(noisy), clean).requires_grad
# fixed: none
# why: the whole computation has to move from NumPy to PyTorch, which no edit of one place does
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

MIX = np.array([[0.3, 0.6, 0.1], [0.5, -0.5, 0.0]], dtype=np.float32)


def mixed(images):
    return images.permute(0, 2, 3, 1).detach().cpu().numpy() @ MIX.T


def tint(fake, real):
    distance = np.abs(mixed(fake) - mixed(real))
    return torch.tensor(distance.mean())  # expect[GS205] `torch.tensor(distance.mean())`


torch.manual_seed(0)
clean = torch.rand(2, 3, 6, 6)
noisy = clean + 0.1 * torch.randn_like(clean)
model = nn.Conv2d(3, 3, 3, padding=1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)
for _ in range(2):
    output = model(noisy)
    loss = F.l1_loss(output, clean) + 0.1 * tint(output, clean)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
