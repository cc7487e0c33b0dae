# runs: all(o.grad is None for o in outputs)
# fixed: all(o.grad is not None for o in outputs)
import torch
from torch import nn

torch.manual_seed(0)
layer = nn.Linear(3, 1)
outputs = []
for _ in range(2):
    output = layer(torch.randn(4, 3)).mean()
    outputs.append(output)
total = torch.stack(outputs).pow(2).sum()
total.backward()
for output in outputs:
    print(output.grad)  # expect[GS402] `output.grad`
