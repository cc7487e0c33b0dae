# expect-silent
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

torch.manual_seed(0)
block, head = nn.Sequential(nn.Linear(4, 4), nn.Tanh()), nn.Linear(4, 1)
optimizer = torch.optim.SGD([*block.parameters(), *head.parameters()], lr=0.1)
seen = []
head.register_forward_hook(lambda module, inputs, output: seen.append(output.detach().mean().item()))
for batch in torch.randn(3, 5, 4):
    hidden = checkpoint(block, batch, use_reentrant=False)
    hidden.register_hook(lambda gradient: gradient.clamp(-1, 1))
    loss = head(hidden).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
