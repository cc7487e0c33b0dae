# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 1))
for parameter in model[0].parameters():
    parameter.requires_grad_(False)
model(torch.randn(2, 3)).sum().backward()
for name, parameter in model.named_parameters():
    print(name, parameter.grad)
