# expect-silent
import torch
from torch import nn

torch.manual_seed(0)


def pretrained():
    source = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
    return source.state_dict()


net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 1))
for parameter in net.parameters():
    nn.init.zeros_(parameter)
net.load_state_dict(pretrained())
pair = nn.Parameter(torch.zeros(4, 4)), nn.Parameter(torch.zeros(4, 4))
for matrix in pair:
    nn.init.orthogonal_(matrix)
logistic = nn.Linear(4, 1)
nn.init.zeros_(logistic.weight)
nn.init.zeros_(logistic.bias)
x = torch.randn(6, 4)
loss = net(x).pow(2).mean() + (x @ pair[0] @ pair[1]).pow(2).mean() + (logistic(x) - 1.0).pow(2).mean()
loss.backward()
