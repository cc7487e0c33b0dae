# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: image.grad is not None and not wanted.requires_grad
import torch
import torch.nn.functional as F

torch.manual_seed(0)
wanted = torch.rand(1, 3, 8, 8)
image = torch.rand_like(wanted)  # expect[GS101] `torch.rand_like(wanted)`
optimizer = torch.optim.Adam([image], lr=0.05)


def smoothness(picture):
    return (picture[..., 1:] - picture[..., :-1]).abs().mean()


for _ in range(3):
    optimizer.zero_grad()
    loss = F.mse_loss(image, wanted) + 0.1 * smoothness(image)
    loss.backward()
    optimizer.step()
