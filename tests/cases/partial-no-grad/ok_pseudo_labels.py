# expect-silent
# Pseudo labels of the model itself, a teacher that follows it, and a total that shows more than it trains.
import copy

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
student = nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 3))
teacher = copy.deepcopy(student)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
labelled, labels, unlabelled = torch.randn(8, 5), torch.randint(0, 3, (8,)), torch.randn(20, 5)

for step in range(3):
    with torch.no_grad():
        sure, pseudo = student(unlabelled).softmax(1).max(1)
        soft = teacher(unlabelled).softmax(1)
        reached = F.cross_entropy(student(labelled), labels)
    supervised = F.cross_entropy(student(labelled), labels)
    noisy = student(unlabelled + 0.1 * torch.randn_like(unlabelled))
    unsupervised = (F.cross_entropy(noisy, pseudo, reduction="none") * (sure > 0.5)).mean()
    consistency = F.kl_div(noisy.log_softmax(1), soft, reduction="batchmean")
    loss = supervised + 0.5 * unsupervised + 0.5 * consistency
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, reached.item(), loss.item())
    with torch.no_grad():
        for old, new in zip(teacher.parameters(), student.parameters()):
            old.lerp_(new, 0.1)
