# expect-silent
import torch

torch.manual_seed(0)
weight = torch.randn(3, 3, requires_grad=True)
out = weight @ torch.randn(3)
out.backward(out.detach())
print(weight.grad)
