# expect-silent
import torch
from torch import nn


class Agent:
    def __init__(self, net):
        self.net = net
        self.params = list(net.parameters())
        self.device = next(net.parameters()).device
        self.optimizer = torch.optim.SGD(self.params, lr=0.1)

    def parameters(self):
        return self.net.parameters()

    def learn(self, x):
        loss = self.net(x.to(self.device)).pow(2).mean()
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.params, 1.0)
        nn.utils.clip_grad_value_(self.parameters(), 0.5)
        self.optimizer.step()


torch.manual_seed(0)
agent = Agent(nn.Linear(4, 2))
print(sum(p.numel() for p in agent.parameters()))
for x in torch.randn(3, 6, 4):
    agent.learn(x)
first = agent.parameters()
for p in first:
    print(p.shape)
    break
for p in first:
    print(p.shape)
