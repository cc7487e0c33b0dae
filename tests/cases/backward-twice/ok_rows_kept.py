# expect-silent
import torch


def jacobian(function, point):
    value = function(point)
    rows = [torch.autograd.grad(value[i], point, retain_graph=True)[0] for i in range(value.numel())]
    return torch.stack(rows)


def hessian_product(function, point, direction):
    (slope,) = torch.autograd.grad(function(point), point, create_graph=True)
    (product,) = torch.autograd.grad(slope @ direction, point)
    return product


x = torch.tensor([0.3, -0.7], requires_grad=True)
print(jacobian(lambda p: torch.stack([p.prod(), p.exp().sum()]), x))
print(hessian_product(lambda p: (p**4).sum(), x, torch.tensor([1.0, 0.0])))
shared = x.tanh()
(shared.sum() * 2).backward(retain_graph=True)
(shared.prod() * 3).backward()
print(x.grad)
