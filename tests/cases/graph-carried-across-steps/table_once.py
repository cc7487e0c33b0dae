# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: weight.grad is not None and len(log) == 3
import torch

torch.manual_seed(3)
edges = torch.rand(6, 6)
weight = torch.randn(6, 6, requires_grad=True)
features = torch.randn(6, 4)
readout = torch.randn(4, 1, requires_grad=True)
optimizer = torch.optim.Adam([weight, readout], lr=0.01)
adjacency = torch.softmax(weight * edges, dim=1)  # expect[GS406] `adjacency`
log = []
for epoch in range(3):
    loss = (adjacency @ features @ readout).sigmoid().sub(0.3).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    log.append(loss.item())
