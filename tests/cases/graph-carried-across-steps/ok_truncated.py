# expect-silent
import torch
from torch import nn


def cut(state):
    if isinstance(state, torch.Tensor):
        return state.detach()
    return tuple(cut(part) for part in state)


torch.manual_seed(0)
lstm = nn.LSTM(4, 6, batch_first=True)
head = nn.Linear(6, 1)
optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()])
state = (torch.zeros(1, 2, 6), torch.zeros(1, 2, 6))
for piece in torch.randn(4, 2, 7, 4):
    state = cut(state)
    out, state = lstm(piece, state)
    loss = head(out).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
