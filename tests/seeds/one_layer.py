# expect-silent
import torch
import torch.nn as nn
import torch.optim as optim


class OneLayer(nn.Module):
    def __init__(self):
        super(OneLayer, self).__init__()
        self.layer = nn.Linear(1, 1)

    def forward(self, x):
        return self.layer(x)


net = OneLayer()
measure = nn.MSELoss()
updater = optim.SGD(net.parameters(), lr=0.05)

sample = torch.tensor([[1.5]], requires_grad=True)
wanted = torch.tensor([[4.0]])

answer = net(sample)
error = measure(answer, wanted)
error.backward()
print("gradient:", net.layer.weight.grad)
updater.step()
updater.zero_grad()
