# expect-silent
import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.backbone = nn.Sequential(nn.Linear(6, 8), nn.ReLU())
        self.head = nn.Linear(8, 3)

    def forward(self, inputs):
        with torch.no_grad():
            features = self.backbone(inputs)
        return self.head(features)


torch.manual_seed(0)
model = Tagger()
optimizer = torch.optim.SGD(model.head.parameters(), lr=0.1)
inputs, labels = torch.randn(12, 6), torch.randint(0, 3, (12,))
for _ in range(3):
    loss = F.cross_entropy(model(inputs), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

model.eval()
with torch.inference_mode():
    accuracy = (model(inputs).argmax(1) == labels).float().mean().item()
