"""One program under the probe, and its events by the source text of their places."""

from __future__ import annotations

from textwrap import dedent
from typing import TypeVar

from gradsight.autograd.events import Event, Trace
from gradsight.document import Document
from support.probe_run import observe

E = TypeVar("E", bound=Event)
START = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nx = torch.ones(3, requires_grad=True)\n"


class Run:
    """One program, its trace, and its events by source text."""

    def __init__(self, program: str) -> None:
        self.text = START + dedent(program).strip("\n") + "\n"
        self.trace: Trace = observe(self.text)
        self.lines = Document.from_text("program.py", self.text).lines

    def at(self, kind: type[E], text: str) -> list[E]:
        """The events of a kind whose place is exactly this text."""
        return [event for event in self.trace.each(kind) if self.lines.slice(event.site.range) == text]

    def one(self, kind: type[E], text: str) -> E:
        """The only one."""
        found = self.at(kind, text)
        told = [(type(event).__name__, self.lines.slice(event.site.range)) for event in self.trace.events]
        assert len(found) == 1, told
        return found[0]
