# runs: image.grad is None
# fixed: image.grad is not None
import torch
from torch import nn


def sensitivity(model, image, label):
    loss = nn.functional.cross_entropy(model(image), label)
    loss.backward()
    return image.grad  # expect[GS412] `image.grad`


torch.manual_seed(0)
model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
image = torch.rand(1, 1, 4, 4)
print(sensitivity(model, image, torch.tensor([2])))
