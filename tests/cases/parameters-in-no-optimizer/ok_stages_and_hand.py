# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
encoder, decoder, probe = nn.Linear(6, 3), nn.Linear(3, 6), nn.Linear(3, 1)
first = torch.optim.SGD([*encoder.parameters(), *decoder.parameters()], lr=0.1)
x = torch.randn(8, 6)
for _ in range(2):
    loss = (decoder(encoder(x)) - x).pow(2).mean()
    first.zero_grad()
    loss.backward()
    first.step()
second = torch.optim.SGD(encoder.parameters(), lr=0.1)
for _ in range(2):
    loss = (decoder(encoder(x)) - x).pow(2).mean() + probe(encoder(x)).pow(2).mean()
    second.zero_grad()
    loss.backward()
    second.step()
    with torch.no_grad():
        for p in probe.parameters():
            p -= 0.1 * p.grad
            p.grad = None
