# runs: all(p.grad is None for p in model.blocks.parameters()) and model.head.weight.grad is not None
# fixed: all(p.grad is not None for p in model.blocks.parameters())
# why: running observes no checkpoint; it tells of the parameters that got no gradient
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.checkpoint import checkpoint


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(width, width), nn.GELU())

    def forward(self, h):
        return h + self.inner(h)


class Tagger(nn.Module):
    def __init__(self, words=20, width=8, save_memory=True):
        super().__init__()
        self.embedding = nn.Embedding(words, width)
        self.embedding.requires_grad_(False)
        self.blocks = nn.ModuleList([Block(width) for _ in range(2)])
        self.head = nn.Linear(width, 3)
        self.save_memory = save_memory

    def forward(self, words):
        h = self.embedding(words)
        for block in self.blocks:
            if self.save_memory and self.training:
                h = checkpoint(block, h, use_reentrant=True)  # static[GS211] `checkpoint(block, h, use_reentrant=True)`
            else:
                h = block(h)
        return self.head(h)


torch.manual_seed(0)
model = Tagger()
optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=1e-3)
for step in range(3):
    words, tags = torch.randint(0, 20, (4, 5)), torch.randint(0, 3, (4, 5))
    loss = F.cross_entropy(model(words).flatten(0, 1), tags.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
