# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
kept = {}
net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))
hidden = net[0](torch.randn(2, 3))
hidden.register_hook(lambda grad: kept.setdefault("hidden", grad))
out = net[2](net[1](hidden)).sum()
(direct,) = torch.autograd.grad(out, hidden, retain_graph=True)
out.backward()
for name, parameter in net.named_parameters():
    print(name, parameter.grad.norm())
print(kept["hidden"].shape, direct.shape)
