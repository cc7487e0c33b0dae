# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: none
# why: the discriminator's step changes what the graph had saved, so it cannot be kept, and where to detach is open
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 3))
critic = nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
c_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
for real in torch.randn(2, 6, 3):
    fake = generator(torch.randn(6, 2))
    c_optimizer.zero_grad()
    c_loss = critic(fake).mean() - critic(real).mean()
    c_loss.backward()
    c_optimizer.step()
    g_optimizer.zero_grad()
    g_loss = -critic(fake).mean()
    g_loss.backward()  # expect[GS405] `g_loss.backward()`
    g_optimizer.step()
