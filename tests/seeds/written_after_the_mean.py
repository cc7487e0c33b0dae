# expect-silent
import torch

a = torch.tensor([3.0], requires_grad=True)
b = a**2
cost = b.mean()

b.add_(2)  # expect[GS303 hint] `b.add_(2)`

cost.backward()

print(a.grad)


def gradient_of(t):
    return t.grad


print(gradient_of(a))
