# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
generator = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Linear(8, 3))
critic = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
optimizers = {
    "generator": torch.optim.Adam(generator.parameters(), lr=0.001),
    "critic": torch.optim.Adam(critic.parameters(), lr=0.001),
}
for real in torch.randn(3, 6, 3):
    fake = generator(torch.randn(6, 2))
    loss = critic(fake.detach()).mean() - critic(real).mean()
    optimizers["critic"].zero_grad()
    loss.backward()
    optimizers["critic"].step()
    loss = -critic(fake).mean()
    optimizers["generator"].zero_grad()
    loss.backward()
    optimizers["generator"].step()
