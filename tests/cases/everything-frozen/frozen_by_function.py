# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: none
# why: which part is to be trained only the user can say, so no fix is offered
import torch
from torch import nn


def set_trainable(module, flag):
    for parameter in module.parameters():
        parameter.requires_grad = flag


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(8, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        return self.head(torch.relu(self.backbone(x)))


torch.manual_seed(0)
model = Classifier()
set_trainable(model, False)  # expect[GS509] `set_trainable(model, False)`
optimizer = torch.optim.SGD(model.head.parameters(), lr=0.1)
loss = nn.functional.cross_entropy(model(torch.randn(5, 8)), torch.randint(0, 3, (5,)))
loss.backward()
