# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: image.is_leaf and not torch.equal(image, content)
import torch
from torch import nn

torch.manual_seed(0)
features = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
for parameter in features.parameters():
    parameter.requires_grad_(False)
content = torch.rand(1, 3, 6, 6)
wanted = features(torch.rand(1, 3, 6, 6)).mean((2, 3))
image = content.clone()  # expect[GS101] `content.clone()`
for _ in range(2):
    loss = nn.functional.mse_loss(features(image).mean((2, 3)), wanted)
    loss.backward()
    with torch.no_grad():
        image -= 0.1 * image.grad
        image.grad = None
