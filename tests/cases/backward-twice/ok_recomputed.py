# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
generator, critic = nn.Linear(2, 4), nn.Linear(4, 1)
g_optimizer = torch.optim.Adam(generator.parameters(), lr=1e-3)
c_optimizer = torch.optim.Adam(critic.parameters(), lr=1e-3)
for _ in range(2):
    fake = generator(torch.randn(8, 2))
    c_optimizer.zero_grad()
    c_loss = critic(fake.detach()).mean() - critic(torch.randn(8, 4)).mean()
    c_loss.backward()
    c_optimizer.step()
    g_optimizer.zero_grad()
    g_loss = -critic(fake).mean()
    g_loss.backward()
    g_optimizer.step()
