# runs: not perceptual(painter(sketch), photo).requires_grad
# fixed: perceptual(painter(sketch), photo).requires_grad
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
painter = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 3, 3, padding=1))
critic = nn.Sequential(nn.Conv2d(3, 6, 3, stride=2), nn.ReLU()).requires_grad_(False)
optimizer = torch.optim.Adam(painter.parameters(), lr=0.001)
sketch, photo = torch.rand(2, 1, 12, 12), torch.rand(2, 3, 12, 12)


def perceptual(fake, real):
    with torch.no_grad():  # expect[GS202] `with torch.no_grad()`
        seen, wanted = critic(fake), critic(real)
    return F.l1_loss(seen, wanted)


for _ in range(2):
    fake = painter(sketch)
    loss = F.mse_loss(fake, photo) + 0.2 * perceptual(fake, photo)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
