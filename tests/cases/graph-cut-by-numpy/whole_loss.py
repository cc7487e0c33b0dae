# runs: raises RuntimeError: does not require grad
# fixed: none
# why: the loss is computed with NumPy altogether, and what it should be in PyTorch is not written anywhere
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 2)
inputs, wanted = torch.randn(8, 3), np.ones((8, 2), dtype=np.float32)
prediction = model(inputs).detach().numpy()
loss = torch.as_tensor(np.mean((prediction - wanted) ** 2))  # expect[GS205] `torch.as_tensor(np.mean((prediction - wanted) ** 2))`
loss.backward()
