# expect-silent
import torch
from torch import nn


def make_optimizers(parts):
    return {name: torch.optim.Adam(part.parameters(), lr=0.01) for name, part in parts.items()}


class Agent:
    def __init__(self):
        self.parts = {"policy": nn.Linear(3, 2), "value": nn.Linear(3, 1)}
        self.optimizers = make_optimizers(self.parts)

    def apply(self, name, loss):
        self.optimizers[name].zero_grad()
        loss.backward(retain_graph=True)
        self.optimizers[name].step()

    def learn(self, states):
        value = self.parts["value"](states)
        policy = self.parts["policy"](states).log_softmax(dim=1)[:, 0]
        self.apply("policy", -(policy * value.detach().squeeze(1)).mean())
        self.apply("value", value.pow(2).mean())


torch.manual_seed(0)
agent = Agent()
for states in torch.randn(3, 5, 3):
    agent.learn(states)
