# runs: users.grad.eq(0).all() and items.grad.eq(0).all()
# fixed: not items.grad.eq(0).all()
import torch
from torch import nn

torch.manual_seed(0)
users = nn.Parameter(torch.zeros(5, 2))  # expect[GS705] `torch.zeros(5, 2)`
items = nn.Parameter(torch.zeros(2, 7))
optimizer = torch.optim.Adam([users, items], lr=0.05)
ratings = torch.randint(1, 6, (5, 7)).float()


def predict():
    return users @ items


for _ in range(3):
    optimizer.zero_grad()
    loss = (predict() - ratings).pow(2).mean()
    loss.backward()
    optimizer.step()
