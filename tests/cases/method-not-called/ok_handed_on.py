# expect-silent
import torch
from torch import nn

model = nn.Linear(2, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
modes = {"train": model.train, "eval": model.eval}
modes["train"]()
loss = model(torch.ones(1, 2)).sum()
go_back = loss.backward
go_back()
advance = optimizer.step
advance()
optimizer.zero_grad()
model.training
print(callable(loss.backward), model.eval())
