"""Nothing to find: detach, no_grad, item and += are all used here, and all rightly."""

import copy

import torch
from torch import nn

torch.manual_seed(0)
student = nn.Sequential(nn.Linear(6, 12), nn.ReLU(inplace=True), nn.Linear(12, 2))
teacher = copy.deepcopy(student).requires_grad_(False)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
history = []

for step in range(8):
    batch = torch.randn(16, 6)
    with torch.no_grad():
        target = teacher(batch)
    loss = nn.functional.mse_loss(student(batch + 0.1 * torch.randn_like(batch)), target)
    loss += 1e-4 * sum(weight.pow(2).sum() for weight in student.parameters())
    loss.backward()
    if step % 2 == 1:  # two batches make one step
        optimizer.step()
        optimizer.zero_grad()
    history.append(loss.item())
    with torch.no_grad():  # the teacher follows the student slowly
        for slow, fast in zip(teacher.parameters(), student.parameters()):
            slow.mul_(0.99).add_(fast, alpha=0.01)

print(f"mean loss: {sum(history) / len(history):.4f}")
