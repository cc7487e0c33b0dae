# runs: raises AttributeError: 'NoneType' object has no attribute
# fixed: ratio is not None
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4, 8)
        self.second = nn.Linear(8, 1)

    def forward(self, x):
        self.features = torch.tanh(self.first(x))
        return self.second(self.features)


encoder = Encoder()
score = encoder(torch.randn(5, 4)).sum()
score.backward()
ratio = torch.norm(encoder.features.grad)  # expect[GS402 warning] `encoder.features.grad`
