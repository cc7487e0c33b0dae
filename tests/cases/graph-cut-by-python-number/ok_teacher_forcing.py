# expect-silent
import random

import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
random.seed(0)
START, END = 0, 1


class Decoder(nn.Module):
    def __init__(self, words, width):
        super().__init__()
        self.embed = nn.Embedding(words, width)
        self.cell = nn.GRUCell(width, width)
        self.out = nn.Linear(width, words)

    def forward(self, word, state):
        state = self.cell(F.relu(self.embed(word)), state)
        return self.out(state), state


def train_pair(encoder, decoder, optimizer, source, target, forcing):
    optimizer.zero_grad()
    _, state = encoder(source)
    state = state[0]
    loss = 0
    word = torch.tensor([START])
    forced = random.random() < forcing
    for wanted in target:
        scores, state = decoder(word, state)
        loss += F.cross_entropy(scores, wanted.view(1))
        if forced:
            word = wanted.view(1)
        else:
            _, best = scores.topk(1)
            word = best.view(1).detach()
            if word.item() == END:
                break
    loss.backward()
    nn.utils.clip_grad_norm_(decoder.parameters(), 1.0)
    optimizer.step()
    return loss.item() / len(target)


encoder, decoder = nn.GRU(4, 8, batch_first=True), Decoder(6, 8)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=0.01)
history = [
    train_pair(encoder, decoder, optimizer, torch.randn(1, 5, 4), torch.tensor([3, 4, 2, 1]), forcing=0.5)
    for _ in range(4)
]
print(sum(history) / len(history))
