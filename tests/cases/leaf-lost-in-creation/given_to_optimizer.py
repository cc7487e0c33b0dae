# runs: raises ValueError: can't optimize a non-leaf Tensor
# fixed: noise.is_leaf and noise.grad is not None
import torch

torch.manual_seed(1)
noise = torch.empty(2, 5).uniform_(-1, 1).requires_grad_().view(10)  # expect[GS105 error] `torch.empty(2, 5).uniform_(-1, 1).requires_grad_().view(10)`
optimizer = torch.optim.SGD([noise], lr=0.5)
for _ in range(3):
    optimizer.zero_grad()
    loss = noise.square().mean()
    loss.backward()
    optimizer.step()
