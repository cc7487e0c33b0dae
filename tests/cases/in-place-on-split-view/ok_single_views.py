# expect-silent
import torch

torch.manual_seed(0)
frames = torch.rand(4, 3)
for frame in frames:
    frame.sub_(frame.mean())
left, right = frames.split(2)
left *= 2
weight = torch.randn(3, requires_grad=True)
heads = (frames * weight).unbind(0)
total = sum(head.sum() for head in heads)
total.backward()
with torch.no_grad():
    for row in weight.view(3, 1):
        row.clamp_(min=0)
