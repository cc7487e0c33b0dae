# expect-silent
class Player:
    def backward(self):
        return "rewind"

    def step(self):
        return "next"


import torch

player = Player()
player.backward
player.step
x = torch.ones(2, requires_grad=True)
x.shape
x.sum().backward()
