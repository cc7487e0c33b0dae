# runs: not torch.allclose(first, expected)
# fixed: torch.allclose(first, expected)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 1, bias=False)
x, y = torch.randn(32, 4), torch.randn(32, 1)
expected = (2 * x * (model(x) - y)).mean(dim=0, keepdim=True).detach()
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
grads = []
for epoch in range(3):
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(model(x), y)
    loss.backward(loss, retain_graph=False)  # expect[GS413] `loss.backward(loss, retain_graph=False)`
    grads.append(model.weight.grad.clone())
    optimizer.step()
first = grads[0]
