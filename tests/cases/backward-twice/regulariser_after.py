# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: decoder.weight.grad is not None
import torch
from torch import nn


def train_once(encoder, decoder, x):
    code = encoder(x)
    reconstruction = decoder(torch.sigmoid(code))
    error = (reconstruction - x).pow(2).mean()
    sparsity = torch.sigmoid(code).abs().mean()
    error.backward()
    sparsity.backward()  # expect[GS405] `sparsity.backward()`
    return error + sparsity


torch.manual_seed(0)
encoder, decoder = nn.Sequential(nn.Linear(5, 3), nn.Tanh()), nn.Linear(3, 5)
train_once(encoder, decoder, torch.randn(7, 5))
