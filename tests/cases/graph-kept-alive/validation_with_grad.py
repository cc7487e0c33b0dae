# runs: getattr(valid, "grad_fn", None) is not None
# fixed: isinstance(valid, float)
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)
loader = DataLoader(TensorDataset(torch.randn(64, 3), torch.randn(64, 1)), batch_size=4)
model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(8, 1))
model.eval()
valid = 0.0
for x, y in loader:
    valid += nn.functional.l1_loss(model(x), y)  # expect[GS605] `valid += nn.functional.l1_loss(model(x), y)`
print("validation", valid / len(loader))
