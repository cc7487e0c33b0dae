# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
target = torch.zeros(2)
baseline = torch.tensor(0.0)
slow = [p.detach().clone() for p in model.parameters()]
for batch in torch.randn(4, 8, 4):
    scores = model(batch)
    loss = (scores - target).pow(2).mean() - 0.1 * baseline
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    target = 0.9 * target + 0.1 * scores.detach().mean(dim=0)
    with torch.no_grad():
        baseline = 0.9 * baseline + 0.1 * loss
        for kept, p in zip(slow, model.parameters()):
            kept.mul_(0.99).add_(p, alpha=0.01)
