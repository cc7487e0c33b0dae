# runs: raises RuntimeError: grad can be implicitly created only for scalar outputs
# fixed: model.weight.grad is not None
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(6, 4)
criterion = nn.CrossEntropyLoss(reduction="none")
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for batch in range(3):
    inputs, labels = torch.randn(8, 6), torch.randint(0, 4, (8,))
    optimizer.zero_grad()
    loss = criterion(model(inputs), labels)
    loss.backward()  # expect[GS401] `loss.backward()`
    optimizer.step()
