# runs: raises RuntimeError: can require gradients
# fixed: none
# why: what an array holds is known only when the program runs, and so is the fix
import numpy as np
import torch

steps = torch.from_numpy(np.arange(4))
steps.requires_grad = True  # probe[GS102] `steps.requires_grad = True`
(steps * 0.5).sum().backward()
