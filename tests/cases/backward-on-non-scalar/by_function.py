# runs: raises RuntimeError: grad can be implicitly created only for scalar outputs
# fixed: torch.equal(slope, torch.cos(t))
import torch

t = torch.linspace(0, 1, 5, requires_grad=True)
wave = torch.sin(t)
(slope,) = torch.autograd.grad(wave, t)  # expect[GS401] `torch.autograd.grad(wave, t)`
print(slope)
