# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: none
# why: which part is to be trained only the user can say, so no fix is offered
import torch
from torch import nn

torch.manual_seed(0)
network = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2))
network.requires_grad_(False)  # expect[GS509] `network.requires_grad_(False)`
features = torch.randn(6, 4)
labels = torch.randint(0, 2, (6,))
loss = nn.functional.cross_entropy(network(features), labels)
loss.backward()
