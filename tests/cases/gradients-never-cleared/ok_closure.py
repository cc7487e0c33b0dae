# expect-silent
import torch

torch.manual_seed(0)
point = torch.tensor([-1.5, 2.0], requires_grad=True)
optimizer = torch.optim.LBFGS([point], lr=0.1, max_iter=4)


def closure():
    optimizer.zero_grad()
    value = (1 - point[0]).pow(2) + 10 * (point[1] - point[0].pow(2)).pow(2)
    value.backward()
    return value


for _ in range(3):
    optimizer.step(closure)
