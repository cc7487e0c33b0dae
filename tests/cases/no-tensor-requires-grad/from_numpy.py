# runs: raises RuntimeError: element 0 of tensors does not require grad
# fixed: angles.grad is not None
import numpy as np
import torch

angles = torch.from_numpy(np.linspace(0.0, 1.0, 5))  # expect[GS101] `torch.from_numpy(np.linspace(0.0, 1.0, 5))`
height = torch.sin(angles).sum()
height.backward()
print(angles.grad)
