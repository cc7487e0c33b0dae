# expect-silent
import torch
from torch import nn

torch.manual_seed(0)
prior = nn.Linear(4, 4)
decoder = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))
prior.load_state_dict({"weight": torch.eye(4), "bias": torch.zeros(4)})
coarse = torch.optim.Adam(decoder.parameters(), lr=1e-2)
fine = torch.optim.SGD(decoder.parameters(), lr=1e-3)
codes, target = torch.randn(16, 4), torch.randn(16, 3)
for step in range(6):
    optimizer = coarse if step < 3 else fine
    optimizer.zero_grad()
    nn.functional.mse_loss(decoder(prior(codes)), target).backward()
    optimizer.step()
