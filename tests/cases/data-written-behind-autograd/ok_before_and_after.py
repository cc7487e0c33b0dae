# expect-silent
# Old style that works: initialising, clipping and averaging through `.data`, before the forward or after the backward.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
model, average = nn.Linear(4, 3), nn.Linear(4, 3)
model.weight.data.normal_(0.0, 0.1)
model.bias.data.zero_()
average.weight.data.copy_(model.weight.data)
inputs, labels = torch.randn(10, 4), torch.randint(0, 3, (10,))

for _ in range(3):
    model.zero_grad()
    F.cross_entropy(model(inputs), labels).backward()
    for weights in model.parameters():
        weights.data.sub_(0.1 * weights.grad.data)
        weights.data.clamp_(-1.0, 1.0)
    average.weight.data.mul_(0.9).add_(model.weight.data, alpha=0.1)
