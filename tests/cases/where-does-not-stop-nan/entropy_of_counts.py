# runs: logits.grad.isnan().any()
# fixed: not logits.grad.isnan().any()
import torch

logits = torch.tensor([-1.0, 0.5, 2.0], requires_grad=True)


def entropy(weights):
    total = weights.sum()
    shares = weights / total
    empty = shares == 0
    terms = shares * shares.log()
    return -terms.masked_fill(empty, 0.0).sum()  # expect[GS704] `terms.masked_fill(empty, 0.0)`


entropy(torch.relu(logits)).backward()
