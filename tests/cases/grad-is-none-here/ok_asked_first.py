# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.ModuleDict({"used": nn.Linear(3, 1), "spare": nn.Linear(3, 1)})
for batch in torch.randn(3, 5, 3):
    for p in model.parameters():
        if p.grad is not None:
            p.grad.zero_()
    loss = model["used"](batch).pow(2).mean()
    loss.backward()
    norms = [p.grad.norm() for p in model.parameters() if p.grad is not None]
    with torch.no_grad():
        for p in model.parameters():
            if p.grad is None:
                continue
            p -= 0.1 * p.grad.clamp(-1, 1)
