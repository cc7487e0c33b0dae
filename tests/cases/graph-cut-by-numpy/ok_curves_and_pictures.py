# expect-silent
import numpy as np
import torch
from torch import nn

torch.manual_seed(0)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(inplace=True))
        self.decoder = nn.ConvTranspose2d(4, 1, 3, padding=1)

    def forward(self, x):
        code = self.encoder(x)
        return self.decoder(code), code


def picture(tensor):
    """What a plotting library would be given."""
    image = tensor.detach().cpu().clamp(0, 1).numpy().squeeze()
    return (image * 255).astype(np.uint8)


model = Autoencoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
images = torch.rand(6, 1, 8, 8)
losses, means, shown = [], [], []
for epoch in range(3):
    restored, code = model(images)
    loss = nn.functional.mse_loss(restored, images)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    means.append(float(code.mean()))
    shown.append(np.concatenate([picture(images[0]), picture(restored[0])], axis=1))
curve = np.convolve(losses, np.ones(2) / 2, mode="valid")
norms = {name: p.grad.norm().item() for name, p in model.named_parameters()}
weights = model.encoder[0].weight.data.numpy().copy()
print(curve, np.mean(means), max(norms, key=norms.get), weights.shape, np.array(shown).shape)
