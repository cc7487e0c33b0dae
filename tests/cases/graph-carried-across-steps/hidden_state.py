# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: len(losses) == 4
import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self, letters, size):
        super().__init__()
        self.embedding = nn.Embedding(letters, size)
        self.lstm = nn.LSTM(size, size, batch_first=True)
        self.head = nn.Linear(size, letters)

    def forward(self, text, state):
        out, state = self.lstm(self.embedding(text), state)
        return self.head(out), state


torch.manual_seed(0)
reader = Reader(20, 16)
optimizer = torch.optim.Adam(reader.parameters())
criterion = nn.CrossEntropyLoss()
losses = []
state = None
for step in range(4):
    text = torch.randint(0, 20, (3, 9))
    scores, state = reader(text[:, :-1], state)  # expect[GS406] `state`
    loss = criterion(scores.flatten(0, 1), text[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
