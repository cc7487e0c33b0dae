# expect-silent
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Linear(4, 3)
        self.attention = nn.Linear(4, 1)

    def forward(self, sequence):
        weights = torch.softmax(self.attention(sequence), dim=1)
        return self.body((weights * sequence).sum(dim=1))

    def predict(self, sequence):
        return F.softmax(self(sequence), dim=1)


class Switching(nn.Module):
    def __init__(self):
        super().__init__()
        self.out = nn.Linear(4, 3)

    def forward(self, x):
        x = self.out(x)
        if not self.training:
            x = torch.softmax(x, dim=1)
        return x


model, switching = Model(), Switching()
sequence, y = torch.randn(8, 5, 4), torch.randint(0, 3, (8,))
loss = F.cross_entropy(model(sequence), y) + F.cross_entropy(switching(sequence[:, 0]), y)
loss = loss + F.binary_cross_entropy(torch.sigmoid(model(sequence)), torch.rand(8, 3))
loss.backward()
with torch.no_grad():
    print(F.cross_entropy(model.predict(sequence), y))
