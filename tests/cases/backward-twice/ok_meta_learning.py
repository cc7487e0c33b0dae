# expect-silent
import torch
from torch import nn
from torch.func import functional_call

torch.manual_seed(0)
learner = nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1))
meta_optimizer = torch.optim.Adam(learner.parameters(), lr=1e-3)


def task():
    phase = torch.rand(1) * 3
    x = torch.linspace(-2, 2, 10).unsqueeze(1)
    return (x[::2], torch.sin(x[::2] + phase)), (x[1::2], torch.sin(x[1::2] + phase))


for _ in range(3):
    meta_optimizer.zero_grad()
    outer = 0.0
    for _ in range(2):
        (support_x, support_y), (query_x, query_y) = task()
        weights = dict(learner.named_parameters())
        inner = nn.functional.mse_loss(functional_call(learner, weights, (support_x,)), support_y)
        grads = torch.autograd.grad(inner, list(weights.values()), create_graph=True)
        adapted = {name: w - 0.1 * g for (name, w), g in zip(weights.items(), grads)}
        outer = outer + nn.functional.mse_loss(functional_call(learner, adapted, (query_x,)), query_y)
    outer.backward()
    meta_optimizer.step()
