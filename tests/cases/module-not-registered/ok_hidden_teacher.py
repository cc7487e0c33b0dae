# expect-silent
import torch
from torch import nn


class Student(nn.Module):
    def __init__(self, teacher, others):
        super().__init__()
        self.net = nn.Linear(4, 2)
        self.teacher = [teacher]
        self.others = list(others)

    def loss(self, x):
        with torch.no_grad():
            target = self.teacher[0](x) + sum(other(x) for other in self.others)
        return (self.net(x) - target).pow(2).mean()


teacher, others = nn.Linear(4, 2), [nn.Linear(4, 2), nn.Linear(4, 2)]
student = Student(teacher, others)
optimizer = torch.optim.SGD(student.parameters(), lr=0.1)
for x in torch.randn(3, 5, 4):
    loss = student.loss(x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
