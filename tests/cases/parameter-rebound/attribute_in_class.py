# runs: raises TypeError: NoneType
# fixed: model.slope.is_leaf and losses[-1] < losses[0]
import torch


class Line:
    def __init__(self):
        self.slope = torch.zeros(1, requires_grad=True)
        self.offset = torch.zeros(1, requires_grad=True)

    def update(self, x, y, rate):
        loss = (self.slope * x + self.offset - y).square().mean()
        loss.backward()
        self.slope = self.slope - rate * self.slope.grad  # expect[GS508] `self.slope = self.slope - rate * self.slope.grad`
        with torch.no_grad():
            self.offset -= rate * self.offset.grad
            self.offset.grad = None
        return loss.item()


model = Line()
x = torch.linspace(-1, 1, 6)
losses = [model.update(x, 3 * x + 1, 0.1) for _ in range(3)]
