# runs: model.training
# fixed: not model.training
# why: naming a method leaves nothing that a run could see
import torch
from torch import nn


def predict(model, x):
    model.eval  # static[GS409] `model.eval`
    with torch.no_grad():
        return model(x)


model = nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.5))
print(predict(model, torch.randn(2, 4)))
