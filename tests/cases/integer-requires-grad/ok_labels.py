# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
labels = torch.tensor([0, 2, 1])
order = torch.arange(3)
mask = torch.tensor([True, False, True], requires_grad=False)
embedding = nn.Embedding(3, 4)
logits = embedding(order) @ torch.randn(4, 3)
loss = nn.functional.cross_entropy(logits[mask], labels[mask])
loss.backward()
print(embedding.weight.grad.shape)
