# runs: modes == [True] + [False] * 4
# fixed: modes[1:] == [True] * 4 or net.training
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.body, self.head = nn.Linear(4, 8), nn.Linear(8, 2)
        self.dropout = nn.Dropout(0.3)

    def forward(self, x):
        return self.head(self.dropout(torch.relu(self.body(x))))


@torch.no_grad()
def validate(model, x, y):
    model.eval()  # expect[GS606] `model.eval()`
    return (model(x).argmax(dim=1) == y).float().mean().item()


def fit(net, x, y, epochs):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scores = []
    net.train()
    for _ in range(epochs):
        modes.append(net.training)
        loss = nn.functional.cross_entropy(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scores.append(validate(net, x, y))
    return scores


torch.manual_seed(0)
net, modes = Net(), []
scores = fit(net, torch.randn(20, 4), torch.randint(2, (20,)), 5)
