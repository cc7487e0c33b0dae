# runs: scores.requires_grad
# fixed: not scores.requires_grad
# why: a mode that is made and never entered does nothing that the probe could observe
import torch
from torch import nn

torch.manual_seed(0)
model = nn.Linear(4, 3)


def predict(inputs):
    model.eval()
    torch.no_grad()  # static[GS210] `torch.no_grad()`
    logits = model(inputs)
    return logits.softmax(-1)


scores = predict(torch.randn(5, 4))
