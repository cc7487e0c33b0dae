# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
teacher = nn.Linear(3, 3)
start = teacher.weight.detach().clone()
student = nn.Parameter(start * 0.5)
prompt = nn.Parameter(torch.as_tensor(teacher.bias.detach()))
optimizer = torch.optim.Adam([student, prompt], lr=0.01)
inputs = torch.randn(6, 3)
for _ in range(2):
    with torch.no_grad():
        wanted = teacher(inputs)
    loss = (inputs @ student.t() + prompt - wanted).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
