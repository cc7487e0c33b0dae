# expect-silent
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.head = None

    def forward(self, x, target):
        x = nn.ReLU()(nn.MaxPool2d(2)(self.conv(x))).flatten(1)
        if self.head is None:
            self.head = nn.Linear(x.shape[1], 2)
        x = nn.LayerNorm(x.shape[1], elementwise_affine=False)(x)
        return nn.CrossEntropyLoss()(nn.Dropout(0.2)(self.head(x)), target)


net = Net()
x, target = torch.randn(4, 1, 8, 8), torch.randint(2, (4,))
net(x, target)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    net(x, target).backward()
    optimizer.step()
