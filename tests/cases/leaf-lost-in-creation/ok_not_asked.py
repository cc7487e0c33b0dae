# expect-silent
import torch

torch.manual_seed(0)
start = torch.randn(3, requires_grad=True)
scaled = start * 0.1
noise = torch.rand(3, requires_grad=True) * 2
(scaled * noise).sum().backward()
print(start.grad)
