# expect-silent
import torch
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(0)


class Task(nn.Module):
    """What is trained: says how, and leaves the loop to whoever trains it."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3))

    def training_step(self, batch, index):
        x, y = batch
        loss = F.cross_entropy(self.net(x), y)
        return {"loss": loss, "log": {"train": loss.detach()}}

    def validation_step(self, batch, index):
        x, y = batch
        scores = self.net(x)
        return (scores.argmax(dim=1) == y).float().mean()

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1, momentum=0.9)
        return [optimizer], [torch.optim.lr_scheduler.StepLR(optimizer, step_size=1)]


class Trainer:
    def __init__(self, epochs, callbacks=()):
        self.epochs = epochs
        self.callbacks = list(callbacks)

    def fit(self, task, training, validation):
        optimizers, schedulers = task.configure_optimizers()
        for epoch in range(self.epochs):
            task.train()
            for index, batch in enumerate(training):
                output = task.training_step(batch, index)
                for optimizer in optimizers:
                    optimizer.zero_grad(set_to_none=True)
                output["loss"].backward()
                for optimizer in optimizers:
                    optimizer.step()
            for scheduler in schedulers:
                scheduler.step()
            task.eval()
            with torch.no_grad():
                rates = [task.validation_step(batch, index) for index, batch in enumerate(validation)]
            for callback in self.callbacks:
                callback(epoch, torch.stack(rates).mean().item())


data = TensorDataset(torch.randn(24, 4), torch.randint(0, 3, (24,)))
trainer = Trainer(epochs=2, callbacks=[lambda epoch, rate: print(epoch, rate)])
trainer.fit(Task(), DataLoader(data, batch_size=8, shuffle=True), DataLoader(data, batch_size=8))
