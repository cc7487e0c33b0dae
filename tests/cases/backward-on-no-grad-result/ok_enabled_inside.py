# expect-silent
import torch

torch.manual_seed(0)
image = torch.rand(3, 4)
filters = torch.randn(4, 2)

with torch.no_grad():
    baseline = (image @ filters).sum()
    with torch.enable_grad():
        probe = image.clone().requires_grad_(True)
        score = (probe @ filters).sum()
    print(baseline.item(), score.item())
score.backward()
print(probe.grad.abs().mean())
