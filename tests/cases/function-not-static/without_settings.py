# runs: raises RuntimeError: Legacy autograd function
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch


class Binarise(torch.autograd.Function):
    def forward(self, x):  # static[GS805] `def forward`
        self.save_for_backward(x)
        return x.sign()

    def backward(self, grad_output):
        (x,) = self.saved_tensors
        return grad_output * (x.abs() <= 1)


def binarise(x):
    return Binarise()(x)


w = torch.randn(6, requires_grad=True)
binarise(w).sum().backward()
