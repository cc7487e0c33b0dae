# runs: not torch.allclose(scale.grad, torch.tensor(6.0))
# fixed: torch.allclose(scale.grad, torch.tensor(6.0))
import torch


def fit(loss):
    gradient = loss.detach().clone()
    loss.backward(gradient=gradient)  # expect[GS413] `loss.backward(gradient=gradient)`


scale = torch.tensor(3.0, requires_grad=True)
fit((scale * torch.ones(2, 2)).square().mean())
