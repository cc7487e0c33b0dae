# runs: raises RuntimeError: Inference tensors cannot be saved for backward
# fixed: reader.gate.grad is not None
import torch
from torch import nn


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.frozen = nn.Embedding(20, 4)
        self.gate = nn.Parameter(torch.ones(4))

    @torch.inference_mode()  # expect[GS209] `@torch.inference_mode()`
    def look_up(self, tokens):
        return self.frozen(tokens) * 0.5

    def forward(self, tokens):
        return (self.look_up(tokens) * self.gate).sum(-1)


torch.manual_seed(0)
reader = Reader()
optimizer = torch.optim.SGD([reader.gate], lr=0.1)
tokens, wanted = torch.randint(0, 20, (8,)), torch.randn(8)
loss = (reader(tokens) - wanted).pow(2).mean()
optimizer.zero_grad()
loss.backward()
optimizer.step()
