# runs: raises RuntimeError: only Tensors of floating point and complex dtype can require gradients
# fixed: pixels.grad is not None
import torch

pixels = torch.zeros(2, 2, dtype=torch.long)
pixels.requires_grad = True  # expect[GS102] `pixels.requires_grad = True`
loss = (pixels * 0.5).sum()
loss.backward()
