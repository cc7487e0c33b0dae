# expect-silent
import torch
from torch import nn


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 8, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, x, state):
        out, state = self.rnn(x, state)
        return self.head(out), state


torch.manual_seed(0)
tagger = Tagger()
optimizer = torch.optim.Adam(tagger.parameters(), lr=1e-2)
sequence, labels = torch.randn(4, 12, 3), torch.randint(0, 2, (4, 12))
for epoch in range(2):
    state = torch.zeros(1, 4, 8)
    for start in range(0, 12, 4):
        state = state.detach()
        logits, state = tagger(sequence[:, start : start + 4], state)
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels[:, start : start + 4].flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
