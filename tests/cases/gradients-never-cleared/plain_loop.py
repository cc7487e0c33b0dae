# runs: second_sum > 0 and len(seen) == 4 and seen[-1] != 1
# fixed: seen == [1, 1, 1, 1]
import torch

weight = torch.zeros(3, requires_grad=True)
optimizer = torch.optim.SGD([weight], lr=0.1)
seen = []
for step in range(4):
    loss = weight.sum()
    loss.backward()  # expect[GS601] `loss.backward()`
    optimizer.step()
    seen.append(int(weight.grad[0]))
second_sum = seen[1]
