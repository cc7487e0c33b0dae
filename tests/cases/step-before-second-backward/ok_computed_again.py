# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
generator, critic = nn.Linear(3, 2), nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 1))
g_steps = torch.optim.SGD(generator.parameters(), lr=0.01)
d_steps = torch.optim.SGD(critic.parameters(), lr=0.01)
for real in torch.randn(3, 4, 2):
    fake = generator(torch.randn(4, 3))
    d_loss = critic(fake.detach()).mean() - critic(real).mean()
    d_steps.zero_grad()
    d_loss.backward()
    d_steps.step()
    g_loss = -critic(fake).mean()
    g_steps.zero_grad()
    g_loss.backward()
    g_steps.step()
