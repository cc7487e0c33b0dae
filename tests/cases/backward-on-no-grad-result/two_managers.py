# runs: raises RuntimeError: does not require grad
# fixed: scale.grad is not None
import io
from contextlib import redirect_stdout

import torch

scale = torch.tensor([2.0, 3.0], requires_grad=True)
with redirect_stdout(io.StringIO()), torch.no_grad():  # expect[GS201] `with redirect_stdout(io.StringIO()), torch.no_grad()`
    print("quiet")
    energy = (scale * scale).sum()
energy.backward()
