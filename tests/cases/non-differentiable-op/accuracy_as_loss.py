# runs: raises RuntimeError: does not require grad
# fixed: none
# why: a loss that can be trained has to be chosen, it cannot be edited out of the accuracy
import torch
from torch import nn

torch.manual_seed(0)
classifier = nn.Linear(4, 3)
inputs, labels = torch.randn(10, 4), torch.randint(0, 3, (10,))
predicted = classifier(inputs).argmax(dim=1)  # expect[GS207] `classifier(inputs).argmax(dim=1)`
loss = 1.0 - (predicted == labels).float().mean()
loss.backward()
