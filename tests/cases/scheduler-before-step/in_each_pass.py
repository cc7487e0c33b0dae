# runs: rates == [0.5, 0.25, 0.125, 0.0625]
# fixed: rates == [1.0, 0.5, 0.25, 0.125]
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
rates = []
optimizer.register_step_pre_hook(lambda optimizer, *_: rates.append(optimizer.param_groups[0]["lr"]))
for x in torch.randn(4, 8, 3):
    optimizer.zero_grad()
    model(x).abs().mean().backward()
    scheduler.step()  # expect[GS609] `scheduler.step()`
    optimizer.step()
