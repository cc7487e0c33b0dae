# runs: raises RuntimeError: modified by an inplace operation
# fixed: logits.grad is not None
import torch

torch.manual_seed(0)
logits = torch.randn(4, 3, requires_grad=True)
probabilities = logits.softmax(dim=1)
flat = probabilities.view(-1)
flat.clamp_(min=1e-6)  # expect[GS302] `flat.clamp_(min=1e-6)`
entropy = -(probabilities * probabilities.log()).sum()
entropy.backward()
