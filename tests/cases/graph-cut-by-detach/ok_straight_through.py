# expect-silent
import torch
from torch import nn


class Quantizer(nn.Module):
    def __init__(self, codes, width):
        super().__init__()
        self.codebook = nn.Parameter(torch.randn(codes, width))

    def forward(self, z):
        nearest = torch.cdist(z, self.codebook).argmin(dim=1)
        quantized = self.codebook[nearest]
        commitment = (z - quantized.detach()).pow(2).mean()
        embedding = (z.detach() - quantized).pow(2).mean()
        return z + (quantized - z).detach(), embedding + 0.25 * commitment


torch.manual_seed(0)
encoder, quantizer, decoder = nn.Linear(6, 3), Quantizer(8, 3), nn.Linear(3, 6)
parameters = [*encoder.parameters(), *quantizer.parameters(), *decoder.parameters()]
optimizer = torch.optim.Adam(parameters, lr=0.01)
for _ in range(2):
    batch = torch.randn(10, 6)
    code, extra = quantizer(encoder(batch))
    loss = (decoder(code) - batch).pow(2).mean() + extra
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(loss.detach().cpu().numpy(), loss.item())
