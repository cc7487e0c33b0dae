# runs: encoder.weight.grad is None and decoder.weight.grad is not None
# fixed: encoder.weight.grad is not None
import torch
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
encoder, decoder = nn.Linear(5, 2), nn.Linear(2, 5)
optimizer = torch.optim.RMSprop([*encoder.parameters(), *decoder.parameters()], lr=0.01)
images = torch.randn(8, 5)
for _ in range(2):
    latent = encoder(images)
    restored = decoder(Variable(latent))  # expect[GS206] `Variable(latent)`
    loss = (restored - images).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
