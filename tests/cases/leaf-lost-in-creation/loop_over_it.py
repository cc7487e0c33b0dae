# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: offset.is_leaf
import torch

torch.manual_seed(0)
samples = torch.randn(20, 3) + 2.0
offset = torch.rand(3, requires_grad=True) * 4 - 2  # expect[GS105 error] `torch.rand(3, requires_grad=True) * 4 - 2`
for _ in range(3):
    distance = (samples - offset).pow(2).mean()
    distance.backward()
    with torch.no_grad():
        if offset.grad is not None:
            offset -= 0.1 * offset.grad
            offset.grad = None
