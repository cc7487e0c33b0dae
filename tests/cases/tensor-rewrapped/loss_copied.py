# runs: raises RuntimeError: does not require grad
# fixed: slope.grad is not None
import torch

slope = torch.tensor(0.5, requires_grad=True)
x, y = torch.arange(5.0), 2 * torch.arange(5.0)


def squared_error(guess, truth):
    error = ((guess - truth) ** 2).mean()
    return torch.tensor(error)  # expect[GS206] `torch.tensor(error)`


loss = squared_error(slope * x, y)
loss.backward()
