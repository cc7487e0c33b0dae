# runs: torch.allclose(w.grad, 0.5 * start.exp()) and torch.allclose(y, 0.5 * start.exp()) and y.grad_fn.name() == "ExpBackward0"
# fixed: torch.allclose(w.grad, 0.5 * start.exp()) and y.grad_fn.name() == "MulBackward0"
import torch

start = torch.tensor([1.0, 2.0])
w = start.clone().requires_grad_()
y = w.exp()
y.data.mul_(0.5)  # expect[GS304] `y.data.mul_(0.5)`
y.sum().backward()
