# runs: torch.allclose(grads[1], 2 * (start - 0.1 * grads[0]))
# fixed: none
# why: the loss has to be computed anew in each pass, which is more than one line to change
import torch

start = torch.tensor([1.0, 2.0])
w = start.clone().requires_grad_()
loss = (w * w).sum()
grads = []
for _ in range(2):
    w.grad = None
    loss.backward(retain_graph=True)
    grads.append(w.grad.clone())
    w.data.sub_(0.1 * w.grad)  # expect[GS304] `w.data.sub_(0.1 * w.grad)`
