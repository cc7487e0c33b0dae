# runs: raises RuntimeError: returned an incorrect number of gradients
# fixed: none
# why: running shows the error of PyTorch itself; what a Function does inside is read only
import torch


class Clip(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clamp(-1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        inside = torch.ones_like(grad_output)
        return grad_output * inside, inside  # static[GS801] `grad_output * inside, inside`


clip = Clip.apply
w = torch.randn(4, requires_grad=True)
clip(w * 3).sum().backward()
