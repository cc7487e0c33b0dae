# runs: max(moves) > 0.2
# fixed: 0 < max(moves) <= 0.1001
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
moves = []
for x in torch.randn(4, 8, 3):
    before = model.weight.detach().clone()
    optimizer.zero_grad()
    loss = (model(x) - 30 * x.sum(dim=1, keepdim=True)).pow(2).mean()
    loss.backward()
    optimizer.step()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)  # expect[GS607] `nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)`
    moves.append((model.weight.detach() - before).norm().item())
