# runs: prompt.grad is None
# fixed: prompt.grad is not None
# why: reading sees the misspelt attribute; a run only sees what follows from it: the tensor never requires grad
import torch
from torch import nn

torch.manual_seed(0)
prompt = torch.randn(4, 8)
prompt.require_grad = True  # static[GS103] `require_grad`
head = nn.Linear(8, 2)
optimizer = torch.optim.SGD([prompt, *head.parameters()], lr=0.1)
for _ in range(2):
    optimizer.zero_grad()
    loss = head(prompt).pow(2).mean()
    loss.backward()
    optimizer.step()
