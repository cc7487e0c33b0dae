# runs: shift.grad is None and scale.grad is not None
# fixed: shift.grad is not None and scale.grad is not None
import torch

scale = torch.tensor([1.0, 2.0], requires_grad=True)
shift = torch.tensor([0.5, 0.5], requires_grad=True)
samples = torch.tensor([[1.0, 2.0], [3.0, 4.0]])

centred = samples - shift.detach()  # expect[GS203] `.detach()`
energy = (centred * scale).pow(2).mean()
energy.backward()
print("scale", scale.grad)
print("shift", shift.grad)
