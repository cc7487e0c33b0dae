# runs: len(list(model.parameters())) == 2
# fixed: len(list(model.parameters())) == 6
# why: the probe does not watch what modules are given yet
import torch
from torch import nn


class MultiTask(nn.Module):
    def __init__(self, width, tasks):
        super().__init__()
        self.trunk = nn.Linear(width, width)
        self.heads = {}  # static[GS501] `{}`
        for name, size in tasks.items():
            self.heads[f"{name}_head"] = nn.Linear(width, size)

    def losses(self, x, targets):
        hidden = torch.relu(self.trunk(x))
        return [nn.functional.mse_loss(self.heads[f"{name}_head"](hidden), y) for name, y in targets.items()]


class Weather(MultiTask):
    def __init__(self):
        super().__init__(5, {"rain": 1, "wind": 2})


torch.manual_seed(1)
model = Weather()
optimizer = torch.optim.Adam(model.parameters())
for _ in range(2):
    x = torch.randn(7, 5)
    loss = sum(model.losses(x, {"rain": torch.randn(7, 1), "wind": torch.randn(7, 2)}))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
