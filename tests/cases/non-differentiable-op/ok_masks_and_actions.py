# expect-silent
import torch
from torch import nn
from torch.distributions import Bernoulli, Categorical
from torch.nn import functional as F

torch.manual_seed(0)
model = nn.Linear(5, 4)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
inputs, labels = torch.randn(12, 5), torch.randint(0, 4, (12,))

for _ in range(3):
    logits = model(inputs)
    accuracy = (logits.argmax(1) == labels).float().mean()
    hard = (logits.max(1).values < 1.0).float()
    each = F.cross_entropy(logits, labels, reduction="none")
    action = Categorical(logits=logits).sample()
    reward = (action == labels).float()
    reinforce = -(Categorical(logits=logits).log_prob(action) * (reward - reward.mean())).mean()
    gate = Bernoulli(probs=torch.sigmoid(logits[:, 0]))
    opened = gate.sample()
    balance = (F.one_hot(logits.argmax(1), 4).float().mean(0) * logits.softmax(1).mean(0)).sum()
    top = logits.topk(2, dim=1)
    margin = (top.values[:, 0] - top.values[:, 1]).mean()
    loss = (each * hard).mean() + reinforce - (gate.log_prob(opened) * reward).mean() + 0.1 * balance + 0.01 * margin
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.3f} {accuracy.item():.3f}")
