# expect-silent
import torch
from torch import nn
from torch.nn import functional as F


@torch.no_grad()
def accuracy(model, features, labels):
    model.eval()
    hits = (model(features).argmax(dim=1) == labels).float().mean()
    model.train()
    return hits.item()


torch.manual_seed(0)
model = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
features, labels = torch.randn(20, 4), torch.randint(0, 3, (20,))
for epoch in range(3):
    loss = F.cross_entropy(model(features), labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        validation = F.cross_entropy(model(features), labels).item()
    print(epoch, validation, accuracy(model, features, labels))
