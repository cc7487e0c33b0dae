# runs: len(norms) == 3 and norms[2] > 2.5 * norms[0]
# fixed: max(norms) < 1.5 * min(norms)
import torch

torch.manual_seed(0)
slope = torch.zeros(1, requires_grad=True)
x = torch.linspace(-1.0, 1.0, 11)
norms = []
for _ in range(3):
    loss = (slope * x - x).pow(2).mean()
    loss.backward()  # expect[GS601] `loss.backward()`
    norms.append(slope.grad.abs().item())
    with torch.no_grad():
        slope -= 0.001 * slope.grad
