"""Small programs that end in `backward()`, each with what PyTorch says of the value that it is called on.

The files in tests/small_programs hold one program per section, under a line
`### what it shows | requires grad | leaves`: whether the root requires grad, and how many leaves lie behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

HEAD = """\
import torch, math, copy, functools, itertools, contextlib, collections, enum, dataclasses
from torch import nn
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset
from collections import deque, namedtuple, OrderedDict, defaultdict
leaf = torch.ones(3, requires_grad=True)
x = torch.ones(2, 3)
"""


@dataclass(frozen=True)
class SmallProgram:
    """One program and what its last `backward()` is called on."""

    name: str
    source: str
    requires_grad: bool
    leaves: int


def small_programs() -> list[SmallProgram]:
    """All of them, in the order of the files."""
    found = []
    for file in sorted((Path(__file__).parent.parent / "small_programs").glob("*.txt")):
        for section in re.split(r"^### ", file.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            title, _, source = section.partition("\n")
            name, requires_grad, leaves = (part.strip() for part in title.split("|"))
            found.append(SmallProgram(f"{file.stem}: {name}", HEAD + source, requires_grad == "True", int(leaves)))
    return found
