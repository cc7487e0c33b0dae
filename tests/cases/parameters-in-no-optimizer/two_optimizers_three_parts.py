# runs: torch.equal(before, bridge.weight) and bridge.weight.grad is not None
# fixed: none
# why: the probe does not watch what modules are given yet
import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.GRU(4, 8, batch_first=True)
bridge = nn.Linear(8, 6)
decoder = nn.GRU(4, 6, batch_first=True)
out = nn.Linear(6, 4)
before = bridge.weight.detach().clone()
encoder_optimizer = torch.optim.Adam(encoder.parameters(), lr=0.01)
decoder_params = list(decoder.parameters()) + list(out.parameters())
decoder_optimizer = torch.optim.Adam(decoder_params, lr=0.01)  # static[GS505] `torch.optim.Adam(decoder_params, lr=0.01)`
for x in torch.randn(3, 2, 5, 4):
    _, last = encoder(x)
    states, _ = decoder(x, torch.tanh(bridge(last)))
    loss = (out(states) - x).pow(2).mean()
    for optimizer in (encoder_optimizer, decoder_optimizer):
        optimizer.zero_grad()
    loss.backward()
    for optimizer in (encoder_optimizer, decoder_optimizer):
        optimizer.step()
