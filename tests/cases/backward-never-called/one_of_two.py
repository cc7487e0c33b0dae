# runs: all(torch.equal(a, b) for a, b in zip(before, encoder.parameters()))
# fixed: none
# why: the loss has no name where the step is made, so there is nothing to call `backward()` on
import torch
from torch import nn


class Trainer:
    def __init__(self, encoder, classifier):
        self.encoder, self.classifier = encoder, classifier
        self.encoder_steps = torch.optim.SGD(encoder.parameters(), lr=0.1)
        self.classifier_steps = torch.optim.SGD(classifier.parameters(), lr=0.1)

    def contrast(self, x):
        a, b = self.encoder(x), self.encoder(x + 0.1 * torch.randn_like(x))
        return (a - b).pow(2).mean()

    def learn(self, x, y):
        self.encoder_steps.zero_grad()
        closeness = [self.contrast(x)]
        self.encoder_steps.step()  # expect[GS404] `self.encoder_steps.step()`
        self.classifier_steps.zero_grad()
        loss = nn.functional.cross_entropy(self.classifier(x), y)
        loss.backward()
        self.classifier_steps.step()
        return closeness[0].item() + loss.item()


torch.manual_seed(1)
encoder, classifier = nn.Linear(5, 4), nn.Linear(5, 2)
before = [p.detach().clone() for p in encoder.parameters()]
trainer = Trainer(encoder, classifier)
for _ in range(3):
    trainer.learn(torch.randn(6, 5), torch.randint(0, 2, (6,)))
