"""Looks at the gradient of an intermediate result, which PyTorch does not keep."""

import torch

weights = torch.tensor([0.2, -0.5, 1.0], requires_grad=True)
inputs = torch.tensor([1.0, 2.0, 3.0])

activation = torch.sigmoid(weights * inputs)
activation.sum().backward()

print("gradient of the weights:   ", weights.grad)
print("gradient of the activation:", activation.grad)
