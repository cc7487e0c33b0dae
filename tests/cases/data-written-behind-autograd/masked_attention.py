# runs: scores.grad[0, 2] != 0
# fixed: none
# why: which of the two values the backward should use has to be decided; no edit of this one line says it
import torch


def masked(weights, mask):
    weights.data[mask] = 0.0  # expect[GS304] `weights.data[mask] = 0.0`
    return weights


torch.manual_seed(0)
scores = torch.randn(2, 3, requires_grad=True)
values = torch.randn(3, 4, requires_grad=True)
mask = torch.tensor([[False, False, True], [False, True, False]])
mixed = masked(torch.tanh(scores), mask)
output = mixed @ values
output.pow(2).mean().backward()
