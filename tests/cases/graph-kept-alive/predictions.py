# why: the probe sees what is done to tensors, not what a list of the program holds
# runs: predictions.requires_grad and getattr(curve[-1], "requires_grad", False)
# fixed: not predictions.requires_grad and isinstance(curve[-1], float)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 1)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
predictions, curve = torch.empty(0, 1), []
for x in torch.randn(12, 5, 4):
    guess = model(x)
    loss = (guess - x.mean(dim=1, keepdim=True)).abs().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    predictions = torch.cat([predictions, guess])  # expect[GS605] `torch.cat([predictions, guess])`
    curve += [loss]  # static[GS605] `curve += [loss]`
print(predictions.shape, max(curve))
