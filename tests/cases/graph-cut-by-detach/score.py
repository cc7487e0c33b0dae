# runs: raises RuntimeError: does not require grad
# fixed: query.grad is not None and key.grad is not None
import torch

torch.manual_seed(0)
query = torch.randn(4, requires_grad=True)
key = torch.randn(4, requires_grad=True)

similarity = (query * key).sum().detach()  # expect[GS203] `.detach()`
penalty = 1.0 - similarity
penalty.backward()
print(query.grad)
