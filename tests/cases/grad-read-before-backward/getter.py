# runs: grads == [None, None]
# fixed: all(g is not None for g in grads)
import torch


def get_grads(*tensors):
    return [tensor.grad for tensor in tensors]  # expect[GS403] `tensor.grad`


a = torch.tensor(2.0, requires_grad=True)
b = torch.tensor(3.0, requires_grad=True)
cost = a * b + b**2
grads = get_grads(a, b)
print(grads)
