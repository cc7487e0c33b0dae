# why: the writes are meant for the whole image, and how to put its parts together is for people to decide
# runs: raises RuntimeError: is a view and is being modified inplace
# fixed: none
import torch
from torch import nn


class Normalise:
    def __init__(self, means):
        self.means = means

    def __call__(self, image):
        for channel, mean in zip(image, self.means):
            channel.sub_(mean)  # expect[GS306] `channel.sub_(mean)`
        return image


torch.manual_seed(0)
classify = nn.Linear(4, 2)
picture = torch.rand(3, 4, requires_grad=True)
scores = classify(Normalise([0.4, 0.5, 0.6])(picture * 1.0))
scores.sum().backward()
