# expect-silent
import torch

x = torch.tensor([0.5, 1.0], requires_grad=True)
y = torch.exp(x)
y.sum().backward()
shown = y.detach()
shown *= 100
print(shown)

scale = torch.tensor([3.0, 4.0])
z = x * 2.0
constant = scale.clone()
constant += 1
w = (z + constant).sum()
constant.zero_()
w.backward()
