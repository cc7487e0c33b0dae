# expect-silent
import torch
from torch import nn
import torch.nn.functional as F

torch.manual_seed(0)
student, teacher = nn.Linear(4, 3), nn.Linear(4, 3).requires_grad_(False)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
x, y = torch.randn(8, 4), torch.randint(0, 3, (8,))
for _ in range(2):
    logits, wanted = student(x), teacher(x)
    soft = F.cross_entropy(logits, wanted.softmax(dim=1))
    divergence = F.kl_div(F.log_softmax(logits, dim=1), F.softmax(wanted, dim=1), reduction="batchmean")
    likelihood = F.nll_loss(F.log_softmax(logits, dim=1), y)
    smoothed = F.nll_loss(torch.log(F.softmax(logits, dim=1) + 1e-8), y)
    twice = nn.CrossEntropyLoss()(nn.LogSoftmax(dim=1)(logits), y)
    gates = F.binary_cross_entropy_with_logits(logits, torch.sigmoid(wanted))
    loss = soft + divergence + likelihood + smoothed + twice + gates
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(F.softmax(logits, dim=1).max(dim=1).values.mean().item())
