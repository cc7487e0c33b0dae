# runs: raises RuntimeError: Trying to backward through the graph a second time
# fixed: none
# why: which of the things that are kept in the dictionary may lose their graph, only its author can say
import torch
from torch import nn

torch.manual_seed(5)
cells = nn.ModuleDict({"slow": nn.GRUCell(4, 6), "fast": nn.GRUCell(4, 6)})
head = nn.Linear(12, 1)
optimizer = torch.optim.Adam([*cells.parameters(), *head.parameters()])
states = {name: torch.zeros(2, 6) for name in cells}
for chunk in torch.randn(3, 5, 2, 4):
    for moment in chunk:
        states["slow"] = cells["slow"](moment, states["slow"])  # expect[GS406] `states["slow"]`
        states["fast"] = cells["fast"](moment, states["fast"])
    loss = head(torch.cat([states["slow"], states["fast"]], dim=1)).pow(2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
