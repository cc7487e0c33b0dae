# runs: torch.equal(before, model.weight)
# fixed: none
# why: the probe does not follow copies yet; whether the copy is to be returned or not to be made only the user can say
import copy

import torch
from torch import nn


def fit(net, x, y):
    net = copy.deepcopy(net)  # static[GS511] `copy.deepcopy(net)`
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        loss = (net(x) - y).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


torch.manual_seed(0)
model = nn.Linear(4, 1)
before = model.weight.detach().clone()
x, y = torch.randn(16, 4), torch.randn(16, 1)
final = fit(model, x, y)
model.eval()
with torch.no_grad():
    error = (model(x) - y).pow(2).mean().item()
