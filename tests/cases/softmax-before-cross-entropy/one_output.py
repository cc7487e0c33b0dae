# runs: model.out.weight.grad.eq(0).all()
# fixed: not model.out.weight.grad.eq(0).all()
# why: reading knows where the layer was built, so that the fix can change it there
import torch
from torch import nn

torch.manual_seed(0)


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 1)
        self.head = nn.Sequential(self.out, nn.Softmax(dim=-1))  # static[GS702] `nn.Softmax(dim=-1)`

    def forward(self, x):
        return self.head(x)  # probe[GS702] `self.head(x)`


model = Gate()
target = torch.randint(0, 2, (8, 1)).float()
loss = nn.functional.binary_cross_entropy(model(torch.randn(8, 4)), target)
loss.backward()
