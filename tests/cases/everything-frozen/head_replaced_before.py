# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: none
# why: which part is to be trained only the user can say, so no fix is offered
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.fc = nn.Linear(4, classes)

    def forward(self, x):
        return self.fc(self.body(x))


def prepare(classes):
    model = Encoder(10)
    model.fc = nn.Linear(4, classes)
    for parameter in model.parameters():
        parameter.requires_grad = False  # expect[GS509] `parameter.requires_grad = False`
    return model


torch.manual_seed(0)
model = prepare(3)
optimizer = torch.optim.Adam(model.fc.parameters(), lr=0.001)
for _ in range(2):
    scores = model(torch.rand(6, 1, 8, 8))
    loss = nn.functional.cross_entropy(scores, torch.randint(0, 3, (6,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
