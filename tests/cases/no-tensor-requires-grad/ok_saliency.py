# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
classifier = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 6 * 6, 3))
for parameter in classifier.parameters():
    parameter.requires_grad_(False)
classifier.eval()


def saliency(image, label):
    image = image.clone().requires_grad_()
    classifier(image.unsqueeze(0))[0, label].backward()
    return image.grad.abs().amax(dim=0)


photo = torch.rand(1, 8, 8)
print(saliency(photo, 2).shape)
with torch.no_grad():
    print(classifier(photo.unsqueeze(0)).argmax(dim=1).item())
