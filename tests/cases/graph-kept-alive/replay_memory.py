# why: the probe sees what is done to tensors, not what a list of the program holds
# runs: all(item[1].requires_grad for item in memory.items)
# fixed: none
from collections import deque

import torch
from torch import nn


class Memory:
    def __init__(self, size):
        self.items = deque(maxlen=size)

    def store(self, state, action, reward):
        self.items.append((state, action, reward))  # static[GS605] `self.items.append((state, action, reward))`


def play(actor, memory, turns):
    state = torch.zeros(3)
    for _ in range(turns):
        action = torch.tanh(actor(state))
        reward = -float(action.detach().abs().sum())
        memory.store(state, action, reward)
        state = torch.randn(3)


torch.manual_seed(0)
memory = Memory(200)
play(nn.Linear(3, 2), memory, 60)
print(len(memory.items))
