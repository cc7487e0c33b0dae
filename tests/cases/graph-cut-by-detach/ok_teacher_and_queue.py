# expect-silent
import copy

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
student = nn.Linear(6, 4)
teacher = copy.deepcopy(student)
for p in teacher.parameters():
    p.requires_grad = False
queue = F.normalize(torch.randn(10, 4), dim=1)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for _ in range(3):
    images = torch.randn(5, 6)
    query = F.normalize(student(images), dim=1)
    with torch.no_grad():
        key = F.normalize(teacher(images + 0.1), dim=1)
    logits = torch.cat([(query * key).sum(dim=1, keepdim=True), query @ queue.t()], dim=1) / 0.2
    loss = F.cross_entropy(logits, torch.zeros(5, dtype=torch.long))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    queue = torch.cat([key.detach(), queue])[:10]
    with torch.no_grad():
        for slow, live in zip(teacher.parameters(), student.parameters()):
            slow.data = slow.data * 0.99 + live.data * 0.01
