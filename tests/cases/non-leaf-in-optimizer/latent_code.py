# runs: raises ValueError: can't optimize a non-leaf Tensor
# fixed: code.is_leaf and code.grad is not None
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(6, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        return self.out(torch.tanh(self.hidden(x)))


torch.manual_seed(0)
encoder, decoder = Encoder(), nn.Linear(2, 6)
target = torch.randn(1, 6)
code = encoder(target)  # expect[GS507] `encoder(target)`
optimizer = torch.optim.Adam([code], lr=0.1)
for _ in range(3):
    loss = (decoder(code) - target).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
