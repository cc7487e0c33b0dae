# expect-silent
import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * x
y.backward(torch.ones_like(y), retain_graph=True)
y.backward(gradient=torch.tensor([1.0, 0.0, 0.0]))
w = torch.ones(2, 2, requires_grad=True)
(g,) = torch.autograd.grad(w * 3, w, grad_outputs=torch.ones(2, 2))
torch.autograd.backward([w * 2], [torch.ones(2, 2)])
print(x.grad, g, w.grad)
