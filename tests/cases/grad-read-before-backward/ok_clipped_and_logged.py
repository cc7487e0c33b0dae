# expect-silent
import torch
from torch import nn


class Trainer:
    def __init__(self, model, lr):
        self.model = model
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=lr)
        self.norms = []

    def norm(self):
        return sum(p.grad.pow(2).sum() for p in self.model.parameters() if p.grad is not None) ** 0.5

    def fit(self, batches):
        for x, y in batches:
            loss = nn.functional.mse_loss(self.model(x), y)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self.norms.append(float(self.norm()))
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            for p in self.model.parameters():
                p.grad.add_(torch.randn_like(p.grad), alpha=1e-3)
            self.optimizer.step()
        return self.norms


torch.manual_seed(0)
trainer = Trainer(nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 1)), lr=1e-2)
print(trainer.fit([(torch.randn(5, 3), torch.randn(5, 1)) for _ in range(3)]))
