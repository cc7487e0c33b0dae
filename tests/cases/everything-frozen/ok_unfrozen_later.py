# expect-silent
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Linear(4, 8)
        self.head = nn.Linear(8, 2)

    def forward(self, x):
        return self.head(torch.relu(self.backbone(x)))


torch.manual_seed(0)
model = Net()
model.backbone.requires_grad_(False)
optimizer = torch.optim.AdamW([{"params": model.backbone.parameters(), "lr": 1e-4}, {"params": model.head.parameters()}])
for epoch in range(4):
    if epoch == 2:
        model.backbone.requires_grad_(True)
    loss = model(torch.randn(5, 4)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
