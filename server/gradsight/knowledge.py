"""What autograd knows of the value of a name or a call, in words: as hovers show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradsight.autograd.events import Applied, Created, Cut, Event, Mutated, RequiresGradSet, Scope, Site, Trace
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Form, Value
from gradsight.document import Document
from gradsight.text import Place, Range

_CUTS = {
    Cut.DETACH: "gives the values without their history",
    Cut.NUMBER: "gives a Python number, which has no history",
    Cut.NUMPY: "gives a NumPy array, which has no history",
    Cut.REWRAP: "copies the values without their history",
    Cut.GRAD_MODE: "ran while grad mode was off",
    Cut.CHECKPOINT: "is a reentrant checkpoint without an argument that requires grad",
    Cut.NOT_DIFFERENTIABLE: "has no derivative",
}
_LONGEST = 60
"""Characters of source text that are quoted."""
_MOST_LEAVES = 3


def value_at(trace: Trace, document: Document, at: Place) -> tuple[Range, Value] | None:
    """The smallest name, attribute or call around a place whose value is known, and that value."""
    known: dict[Range, Value] = {}
    for site, value in _evaluated(trace):
        if site.path != at.path:
            continue
        span = document.locate(site).range
        if span.contains(at.range) and span.start.line == at.range.start.line:
            known[span] = value
    if not known:
        return None
    span = min(known, key=lambda each: (each.end, (-each.start.line, -each.start.column)))
    return span, known[span]


def _evaluated(trace: Trace) -> Iterator[tuple[Site, Value]]:
    for event in trace.events:
        if isinstance(event, Applied) and not isinstance(event, Mutated) and event.op != "join":
            if len(event.outputs) == 1:
                yield event.site, event.outputs[0]
        elif isinstance(event, Created) and not event.value.is_parameter:
            yield event.site, event.value
    yield from trace.names.items()


def told(trace: Trace, documents: Mapping[str, Document], text: str, value: Value) -> list[str]:
    """Lines of Markdown on the value of what the program calls `text`; what is unknown is left out."""
    teller = _Teller(trace, documents)
    seen = ", seen in the last run" if trace.observed else ""
    lines = [f"`{shortened(text)}`: {_kind(value)}{seen}"]
    if value.form is not Form.TENSOR:
        lines.append("- no gradient flows through it: autograd follows tensors only")
        return lines
    lines += [f"- {fact}" for fact in teller.facts(value)]
    maker = trace.maker(value)
    if maker is not None and not any(teller.at(maker) in line for line in lines):
        lines.append(f"- {teller.made(maker, text)}")
    return lines


def shortened(text: str) -> str:
    """A piece of source on one line, cut where it is long."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _kind(value: Value) -> str:
    if value.form is Form.NUMBER:
        return "Python number computed from a tensor"
    if value.form is Form.ARRAY:
        return "NumPy array computed from a tensor"
    words = [value.kind.value] if value.kind else []
    words.append("parameter" if value.is_parameter else "tensor")
    if value.shape is not None:
        sizes = ", ".join("?" if size is None else str(size) for size in value.shape)
        words.append(f"of shape ({sizes}{',' if len(value.shape) == 1 else ''})")
    return " ".join(words)


class _Teller:
    """Words on the values of one trace."""

    def __init__(self, trace: Trace, documents: Mapping[str, Document]) -> None:
        self._trace = trace
        self._documents = documents

    def facts(self, value: Value) -> Iterator[str]:
        """Whether the value requires grad, why, and what that means for its `.grad`."""
        if value.requires_grad is not None:
            reason = self._why_yes(value) if value.requires_grad else self._why_not(value)
            yield f"requires grad: {'yes' if value.requires_grad else 'no'}{', ' if reason else ''}{reason or ''}"
        if value.is_inference:
            yield "made under `inference_mode`: autograd cannot record it"
        if value.is_leaf is None or value.requires_grad is not True:
            return
        if value.is_leaf:
            yield "leaf: `backward()` puts its gradient into `.grad`"
        elif value.retains_grad:
            yield "not a leaf, but `retain_grad()` was called: `backward()` fills its `.grad`"
        else:
            yield "not a leaf: its `.grad` stays None unless `retain_grad()` is called on it"
        cuts = () if value.is_leaf else behind(self._trace, value).cuts
        if cuts:
            yield f"on one way behind it gradients stop: {self._cut(cuts[0])}"

    def made(self, maker: Event, text: str) -> str:
        """Where a value comes from; `text` is what was asked about."""
        if self.at(maker).startswith(f"`{shortened(text)}` ") and not isinstance(maker, Mutated):
            return "computed here"
        verb = "last written in place by" if isinstance(maker, Mutated) else "made by"
        if isinstance(maker, Applied) and maker.op == "join":
            verb = "made on one of the ways through"
        return f"{verb} {self.at(maker)}"

    def _why_yes(self, value: Value) -> str | None:
        """The leaves behind a result, or what made a leaf ask for its gradient."""
        if value.is_leaf:
            switched = self._switched(value, True)
            return None if switched is None else f"switched on by {self.at(switched)}"
        graph = behind(self._trace, value)
        names = [f"`{leaf.name}`" for leaf in graph.leaves.values() if leaf.name]
        names = list(dict.fromkeys(names))
        if not names:
            return None
        if len(names) > _MOST_LEAVES:
            names = [*names[: _MOST_LEAVES - 1], f"{len(names) - _MOST_LEAVES + 1} more"]
        several = len(names) > 1
        listed = f"{', '.join(names[:-1])} and {names[-1]}" if several else names[0]
        return f"since {listed} {'do' if several else 'does'}"

    def _why_not(self, value: Value) -> str | None:
        """The nearest cut behind a value, the switch that froze it, or that nothing ever asked."""
        switched = self._switched(value, False)
        if switched is not None:
            return f"switched off by {self.at(switched)}"
        graph = behind(self._trace, value)
        if graph.cuts:
            return self._cut(graph.cuts[0])
        maker = self._trace.maker(value)
        if isinstance(maker, Created):
            return "it was never asked to" if maker.explicit is None else None
        if graph.complete and isinstance(maker, Applied) and maker.scope is None:
            return "nothing that it was made from does"
        return None

    def _cut(self, cut: Applied | Created) -> str:
        if cut.cut is None:
            return ""
        scope = cut.scope if isinstance(cut, Applied) else None
        opened = next((each for each in self._trace.each(Scope) if each.id == scope), None)
        if cut.cut is Cut.GRAD_MODE and opened is not None:
            return f"{self.at(opened)} had grad mode switched off"
        return f"{self.at(cut)} {_CUTS[cut.cut]}"

    def _switched(self, value: Value, flag: bool) -> RequiresGradSet | None:
        last = None
        for event in self._trace.each(RequiresGradSet):
            if event.value.id == value.id:
                last = event
        return last if last is not None and last.flag is flag and value.is_leaf is not False else None

    def at(self, event: Event) -> str:
        """The text of an event and where it stands."""
        document = self._documents.get(event.site.path)
        if document is None:
            return "code in another file"
        place = document.locate(event.site)
        cell = document.cell_of(place.range.start.line) if document.is_notebook else None
        line = place.range.start.line - (cell.first_line if cell else 0) + 1
        where = f"cell {cell.index}, line {line}" if cell else f"line {line}"
        return f"`{shortened(document.lines.slice(place.range))}` ({where})"
