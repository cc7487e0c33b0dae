# runs: raises RuntimeError: modified by an inplace operation
# fixed: none
# why: the generator's loss has to be computed again behind the step, with the calls of the helper that made it
import torch
from torch import nn


def adversarial_losses(generator, critic, real):
    fake = generator(torch.randn(real.size(0), 3))
    judged = critic(fake)
    ones, zeros = torch.ones_like(judged), torch.zeros_like(judged)
    bce = nn.functional.binary_cross_entropy_with_logits
    return bce(judged, ones), bce(critic(real), ones) + bce(judged, zeros)


def train(generator, critic, data):
    g_steps = torch.optim.Adam(generator.parameters(), lr=1e-3)
    d_steps = torch.optim.Adam(critic.parameters(), lr=1e-3)
    for real in data:
        g_loss, d_loss = adversarial_losses(generator, critic, real)
        critic.zero_grad()
        d_loss.backward(retain_graph=True)
        d_steps.step()  # expect[GS305] `d_steps.step()`
        if real.size(0) > 0:
            generator.zero_grad()
            g_loss.backward()
            g_steps.step()


torch.manual_seed(1)
generator = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 2))
critic = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1))
train(generator, critic, torch.randn(2, 6, 2))
