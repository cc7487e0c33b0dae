# expect-silent
import torch

a = torch.tensor([4.0, 5.0, 6.0], requires_grad=True)
b = a * 3
b += 2  # expect[GS303 hint] `b += 2`
c = b.sum()
c.backward()

print(a.grad)
