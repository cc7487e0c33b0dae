# expect-silent
import torch

x = torch.tensor([0.1, 0.2], requires_grad=True)


def for_others(scale):
    return x * scale  # gradsight: ignore[GS204]


comment = "# gradsight: ignore"
for_whom = x * 2  # a comment about ignoring, not for this program
for_whom.sum().backward()
