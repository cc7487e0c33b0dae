# expect-silent
# Constants in a loss that are meant: the value of one loss with the gradient of another, a total that is carried along,
# and targets and weights of the model's own making.
import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
model, other = nn.Linear(6, 3), nn.Linear(6, 3)
optimizer = torch.optim.SGD([*model.parameters(), *other.parameters()], lr=0.1)
inputs, labels = torch.randn(12, 6), torch.randint(0, 3, (12,))
total = torch.zeros(())

for _ in range(3):
    logits = model(inputs)
    smooth = F.cross_entropy(logits, labels)
    errors = (logits.argmax(1) != labels).float().mean()
    shown = smooth + (errors - smooth).detach()
    margin = F.multi_margin_loss(logits, labels)
    balanced = margin * (smooth.detach() / (margin.detach() + 1e-8))
    ours, theirs = logits.softmax(-1), other(inputs).softmax(-1)
    divergence = (theirs.detach() * (theirs.detach().log() - ours.log())).sum(-1).mean()
    mutual = F.kl_div(theirs.log(), ours.detach(), reduction="batchmean")
    total = total.detach() + shown + balanced + divergence + mutual
    optimizer.zero_grad()
    total.backward()
    optimizer.step()
    print(total.item())
