# expect-silent
import torch

x = torch.tensor([0.1, 0.2], requires_grad=True)
y = x * 2
y += 1  # gradsight: ignore[in-place-in-graph]
y.add_(1)  # gradsight: ignore
y.mul_(
    2.0,
)  # gradsight: ignore[GS3] the product keeps nothing
y.sum().backward()
