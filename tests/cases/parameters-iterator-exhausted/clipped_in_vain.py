# runs: all(norm == 0 for norm in norms)
# fixed: all(norm > 0 for norm in norms)
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


def train(model, batches, limit):
    params = model.parameters()  # static[GS506] `model.parameters()`
    optimizer = torch.optim.SGD(params, lr=0.1)
    norms = []
    for x in batches:
        optimizer.zero_grad()
        model(x).pow(2).mean().backward()
        norms.append(float(nn.utils.clip_grad_norm_(params, limit)))
        optimizer.step()
    return norms


torch.manual_seed(0)
norms = train(nn.Linear(4, 2), torch.randn(3, 6, 4), 0.5)
