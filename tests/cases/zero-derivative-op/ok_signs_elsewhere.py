# expect-silent
# Signs and rounded values in targets, steps of an attack, and beside a way that has a gradient.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
model = nn.Linear(4, 3)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(12, 4), torch.randn(12, 3)
for _ in range(2):
    attacked = inputs.clone().requires_grad_()
    F.mse_loss(model(attacked), targets).backward()
    attacked = (inputs + 0.01 * attacked.grad.sign()).detach()
    predicted = model(attacked)
    penalty = (predicted * predicted.detach().sign()).mean()
    bins = F.mse_loss(predicted, predicted.detach().round())
    shrunk = predicted.sign() * F.relu(predicted.abs() - 0.1)
    loss = F.mse_loss(shrunk, targets.sign()) + 0.1 * penalty + 0.1 * bins
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
