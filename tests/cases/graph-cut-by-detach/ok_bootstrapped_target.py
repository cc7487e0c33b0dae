# expect-silent
import copy
import random
from collections import deque

import torch
from torch import nn

torch.manual_seed(0)
random.seed(0)


class Agent:
    def __init__(self, observations, actions):
        self.online = nn.Sequential(nn.Linear(observations, 16), nn.ReLU(), nn.Linear(16, actions))
        self.target = copy.deepcopy(self.online).eval()
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=1e-3)
        self.memory = deque(maxlen=100)
        self.actions = actions

    def act(self, state, epsilon=0.2):
        if random.random() < epsilon:
            return random.randrange(self.actions)
        with torch.no_grad():
            return self.online(state).argmax().item()

    def learn(self, batch_size=8, discount=0.9):
        batch = random.sample(self.memory, batch_size)
        states, actions, rewards, following = zip(*batch)
        states, following = torch.stack(states), torch.stack(following)
        actions, rewards = torch.tensor(actions), torch.tensor(rewards)
        chosen = self.online(states).gather(1, actions.unsqueeze(1)).squeeze(1)
        best = self.online(following).argmax(dim=1, keepdim=True)
        bootstrapped = self.target(following).gather(1, best).squeeze(1).detach()
        loss = nn.functional.smooth_l1_loss(chosen, rewards + discount * bootstrapped)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def follow(self, rate=0.05):
        for mine, theirs in zip(self.target.parameters(), self.online.parameters()):
            mine.data.copy_(rate * theirs.data + (1.0 - rate) * mine.data)


agent = Agent(observations=3, actions=2)
state = torch.randn(3)
for step in range(20):
    action = agent.act(state)
    following = torch.randn(3)
    agent.memory.append((state, action, float(action), following))
    state = following
    if len(agent.memory) >= 8:
        agent.learn()
        agent.follow()
