# expect-silent
# Hard decisions forward, soft ones backward.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
router, experts = nn.Linear(4, 3), nn.Linear(4, 3)
optimizer = torch.optim.Adam([*router.parameters(), *experts.parameters()], lr=0.01)
inputs, targets = torch.randn(10, 4), torch.randn(10)

for _ in range(3):
    soft = router(inputs).softmax(-1)
    hard = F.one_hot(soft.argmax(-1), 3).float()
    gate = hard - soft.detach() + soft
    loss = F.mse_loss((gate * experts(inputs)).sum(-1), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
