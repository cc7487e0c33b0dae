# expect-silent
import torch
from torch import nn


class Learner:
    def __init__(self, size):
        self.net = nn.Linear(size, 1)
        self.optimizer = torch.optim.Adam(self.net.parameters())

    def learn(self, loss, keep):
        self.optimizer.zero_grad()
        loss.backward(retain_graph=keep)
        self.optimizer.step()


torch.manual_seed(0)
encoder = nn.Linear(3, 5)
left, right = Learner(5), Learner(5)
for batch in torch.randn(3, 4, 3):
    code = encoder(batch).detach().tanh()
    losses = left.net(code).pow(2).mean(), right.net(code).abs().mean()
    left.learn(losses[0], True)
    right.learn(losses[1], False)
