# expect-silent
import torch

w = torch.ones(3, requires_grad=True).to(torch.float32)
v = (torch.ones(3) * 0.5).requires_grad_()
u = torch.ones(3, requires_grad=True) * 3
u.retain_grad()
optimizer = torch.optim.SGD([w, v], lr=0.1)
(w * v * u).sum().backward()
optimizer.step()
print(w.grad, v.grad, u.grad)
