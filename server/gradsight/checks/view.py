"""What a check sees: one trace, the texts it happened in, and what several checks would ask of both."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from functools import cached_property

from gradsight.autograd.constant_terms import ConstantTerms
from gradsight.autograd.cuts import Blame, Blames, Origins
from gradsight.autograd.events import WHOLE_TEXT, BackwardCalled, Event, Site, Trace
from gradsight.autograd.exact import Exact
from gradsight.autograd.fills import Fills
from gradsight.autograd.graph import Behind, behind
from gradsight.autograd.training import Training
from gradsight.autograd.unheld import Unheld, Unhelds
from gradsight.autograd.vanishing import vanishing
from gradsight.autograd.wiring import Wiring
from gradsight.document import Document
from gradsight.finding import Related
from gradsight.syntax.chunks import Placed
from gradsight.syntax.found import Found
from gradsight.syntax.uses import expects_error
from gradsight.text import Place


class View:
    """A trace and its documents, by path. Checks only read."""

    def __init__(self, trace: Trace, documents: Mapping[str, Document]) -> None:
        self.trace = trace
        self.documents = documents

    def place(self, at: Event | Site) -> Place:
        """Where an event happened, as the user sees the text now."""
        site = at if isinstance(at, Site) else at.site
        return self.documents[site.path].locate(site)

    def text(self, at: Event | Place) -> str:
        """The source text there."""
        place = at if isinstance(at, Place) else self.place(at)
        return self.documents[place.path].lines.slice(place.range)

    def node(self, at: Event | Place) -> ast.AST | None:
        """The syntax node that covers exactly this range, if there is one."""
        place = at if isinstance(at, Place) else self.place(at)
        return self.documents[place.path].node_at(place.range)

    def found(self, at: Event | Place) -> Found | None:
        """That node with everything around it."""
        place = at if isinstance(at, Place) else self.place(at)
        found = self.documents[place.path].find(place.range)
        return found if found is not None and found.range == place.range else None

    def keyword(self, call: Place, name: str) -> Place | None:
        """Where the call that stands there says `name=...`."""
        found = self.found(call)
        if found is not None and isinstance(found.node, ast.Call):
            for keyword in found.node.keywords:
                if keyword.arg == name:
                    return Place(call.path, found.range_of(keyword))
        return None

    def function(self, at: Event | Place) -> tuple[str, int]:
        """Which function's text holds a place: its path and first line; line -1 outside of all functions."""
        place = at if isinstance(at, Place) else self.place(at)
        found = self.documents[place.path].find(place.range)
        if found is not None:
            for around in found.around():
                if isinstance(around.node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                    return place.path, around.range.start.line
        return place.path, -1

    def expects_error(self, at: Event) -> bool:
        """Whether the program waits for an exception there (`with pytest.raises(...):`)."""
        sites = [at.site, *at.calls]
        around = [self.found(self.place(site)) for site in sites if site.path in self.documents]
        return any(found is not None and expects_error(found) for found in around)

    def related(self, at: Event | Site | Place, message: str) -> Related:
        """A related location with a word on its part in the flow."""
        return Related(message, at if isinstance(at, Place) else self.place(at))

    @cached_property
    def statements(self) -> tuple[tuple[str, Placed], ...]:
        """The top-level statements in which something of the trace happened, each with the path of its document."""
        sites = {(site.path, site.chunk) for event in self.trace.events for site in (event.site, *event.calls)}
        found: list[tuple[str, Placed]] = []
        for path, serial in sorted(sites):
            document = self.documents.get(path)
            if document is not None and serial == WHOLE_TEXT:
                found += [(path, placed) for placed in document.chunks]
            elif document is not None and (placed := document.by_serial(serial)) is not None:
                found.append((path, placed))
        return tuple(dict.fromkeys(found))

    def in_order(self, told: Iterable[tuple[Event, str]]) -> list[Related]:
        """Related locations in the order in which their events happened."""
        return [self.related(event, message) for event, message in sorted(told, key=lambda each: each[0].id)]

    @cached_property
    def backwards(self) -> tuple[tuple[BackwardCalled, Behind], ...]:
        """Every call that asks for gradients, with what lies behind its roots."""
        return tuple((call, behind(self.trace, *call.roots)) for call in self.trace.each(BackwardCalled))

    @cached_property
    def training(self) -> Training:
        """Who asks for gradients in this trace, and who gets them."""
        return Training(self.trace, self.backwards)

    @cached_property
    def wiring(self) -> Wiring:
        """Who holds, registers and hides the parameters of this trace."""
        return Wiring(self.trace, self.training)

    @cached_property
    def exact(self) -> Exact:
        """What is known exactly of the elements of tensors."""
        return Exact(self.trace, Fills(self.trace))

    @cached_property
    def unheld(self) -> tuple[Unheld, ...]:
        """The parameters that are trained through and held by no optimizer."""
        return tuple(Unhelds(self.wiring).each())

    @cached_property
    def origins(self) -> Origins:
        """The leaves behind a value as if nothing had been cut."""
        return Origins(self.trace)

    @cached_property
    def blames(self) -> tuple[Blame, ...]:
        """The cuts that cost somebody a gradient."""
        blames = Blames(self.trace, self.backwards, self.training)
        zeros = vanishing(self.trace, self.backwards, self.training)
        return (*blames.each(), *zeros, *ConstantTerms(blames).each())
