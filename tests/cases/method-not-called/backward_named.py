# runs: weight.grad is None
# fixed: weight.grad is not None
# why: naming a method leaves nothing that a run could see
import torch

weight = torch.ones(3, requires_grad=True)
loss = (weight * 2).sum()
loss.backward  # static[GS409] `loss.backward`
print(weight.grad)
