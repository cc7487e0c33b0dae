# expect-silent
# A program that only evaluates in the end, modes with a name, a switch in a `with`, and one that is asked for.
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(3, 2)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, targets = torch.randn(6, 3), torch.randn(6, 2)

for phase in ("train", "valid"):
    with torch.set_grad_enabled(phase == "train"):
        loss = (model(inputs) - targets).pow(2).mean()
    if phase == "train":
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

quiet = torch.no_grad()
with quiet:
    shown = model(inputs)


@torch.no_grad
def summary():
    return model(inputs).mean()


summary()
torch.set_grad_enabled(False)
print(model(inputs).std().item(), torch.is_grad_enabled())
