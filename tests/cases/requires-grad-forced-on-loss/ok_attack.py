# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(6, 3).requires_grad_(False)
image, label = torch.rand(1, 6), torch.tensor([2])
adversarial = image.clone()
for _ in range(3):
    adversarial = adversarial.detach().requires_grad_(True)
    loss = nn.functional.cross_entropy(model(adversarial), label)
    loss.backward()
    adversarial = (adversarial + 0.01 * adversarial.grad.sign()).clamp(0, 1)
print((adversarial - image).abs().max())
