# runs: not torch.equal(before, model.backbone[0].weight)
# fixed: torch.equal(before, model.backbone[0].weight)
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class Classifier(nn.Module):
    def __init__(self, backbone, classes):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(8, classes)

    def forward(self, x):
        return self.head(self.backbone(x))


torch.manual_seed(0)
model = Classifier(nn.Sequential(nn.Linear(4, 8), nn.ReLU()), 3)
model.backbone.requires_grad = False  # static[GS104] `model.backbone.requires_grad = False`
before = model.backbone[0].weight.detach().clone()
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
for x in torch.randn(3, 16, 4):
    loss = nn.functional.cross_entropy(model(x), torch.randint(3, (16,)))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
