# runs: raises RuntimeError: does not require grad
# fixed: bool(sensitivity.abs().sum() > 0)
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 1)
readings = torch.randn(4, 3)
with torch.inference_mode():  # expect[GS201] `with torch.inference_mode()`
    with torch.enable_grad():
        probe = readings.clone().requires_grad_(True)
        response = model(probe).sum()
        (sensitivity,) = torch.autograd.grad(response, probe)
