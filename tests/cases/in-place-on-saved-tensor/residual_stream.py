# why: PyTorch stops at the later of the two writes, reading the source finds both
# runs: raises RuntimeError: modified by an inplace operation
# fixed: embed.weight.grad is not None
import torch
from torch import nn


class Block(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix = nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, stream):
        stream += self.mix(self.first_norm(stream))  # static[GS302] `stream += self.mix(self.first_norm(stream))`
        stream += self.feed(self.second_norm(stream))  # expect[GS302] `stream += self.feed(self.second_norm(stream))`
        return stream


torch.manual_seed(0)
embed, block, head = nn.Embedding(11, 8), Block(8), nn.Linear(8, 11)
parameters = [*embed.parameters(), *block.parameters(), *head.parameters()]
optimizer = torch.optim.AdamW(parameters, lr=1e-3)
tokens = torch.randint(0, 11, (2, 6))
for _ in range(2):
    optimizer.zero_grad()
    logits = head(block(embed(tokens[:, :-1])))
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    loss.backward()
    optimizer.step()
