"""Hover: what autograd knows of the name under the mouse, and what a finding there is about."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from gradsight import pages
from gradsight.analyse import Analysis
from gradsight.autograd.events import Applied, Created, Cut, Event, Mutated, Scope
from gradsight.autograd.values import Form, Known, Value
from gradsight.lsp.convert import Converter
from gradsight.lsp.programs import Ran, Read
from gradsight.lsp.publish import merged
from gradsight.text import Encoding, Place, Range

_CUTS = {
    Cut.DETACH: "its history ends there: it is detached",
    Cut.NUMBER: "its history ends there: a Python number has none",
    Cut.NUMPY: "its history ends there: a NumPy array has none",
    Cut.REWRAP: "its history ends there: only the data was copied",
    Cut.GRAD_MODE: "its history ends there: grad mode was off",
    Cut.NOT_DIFFERENTIABLE: "its history ends there: this operation has no derivative",
}
_LONGEST = 60
"""Characters of source text that are quoted."""


def hover(read: Read, ran: Ran | None, uri: str, position: types.Position, encoding: Encoding) -> types.Hover | None:
    """The answer for a position in one text of the program."""
    converter = Converter(read.snapshot, read.analysis.documents, encoding)
    at = converter.place(uri, types.Range(position, position))
    if at is None:
        return None
    parts: list[str] = []
    span: Range | None = None
    if (named := _named(read, ran, at)) is not None:
        analysis, span, value = named
        name = analysis.document.lines.slice(span)
        parts.append("\n".join(_about(analysis, name, value)))
    for finding in merged(read, ran):
        check = pages.by_code().get(finding.code)
        if check is not None and finding.range.contains(at.range):
            parts.append(f"**{finding.code}** {pages.in_short(check)}")
            span = span or finding.range
    if span is None:
        return None
    markup = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(parts))
    return types.Hover(markup, converter.location(Place(at.path, span)).range)


def _named(read: Read, ran: Ran | None, at: Place) -> tuple[Analysis, Range, Value] | None:
    """The value of the name at a place, from the run if the text is still the one that ran."""
    analyses = [read.analysis]
    if ran is not None and ran.analysis.document.text == read.analysis.document.text:
        analyses.insert(0, ran.analysis)
    for analysis in analyses:
        found = [
            (place.range, value)
            for place, value in _places(analysis, at.path)
            if place.range.contains(at.range) and place.range.start.line == at.range.start.line
        ]
        if found:
            span, value = min(found, key=lambda each: (each[0].end, -each[0].start.column))
            return analysis, span, value
    return None


def _places(analysis: Analysis, path: str) -> Iterator[tuple[Place, Value]]:
    for site, value in analysis.trace.names.items():
        if site.path == path:
            yield analysis.document.locate(site), value


def _about(analysis: Analysis, name: str, value: Value) -> Iterator[str]:
    """Lines of Markdown on one value; what is unknown is left out."""
    seen = ", seen in the last run" if analysis.trace.observed else ""
    yield f"`{' '.join(name.split())}`: {_kind(value)}{seen}"
    if value.form is not Form.TENSOR:
        yield "- no gradient flows through it: autograd follows tensors only"
        return
    yield from (f"- {fact}" for fact in _facts(value))
    maker = analysis.trace.maker(value)
    if maker is not None:
        yield f"- {_made(analysis, maker)}"


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


def _facts(value: Value) -> Iterator[str]:
    if value.requires_grad is not None:
        yield f"requires grad: {_yes_no(value.requires_grad)}"
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


def _yes_no(known: Known) -> str:
    return "yes" if known else "no"


def _made(analysis: Analysis, maker: Event) -> str:
    place = analysis.documents[maker.site.path].locate(maker.site) if maker.site.path in analysis.documents else None
    if place is None:
        return "made in another file"
    document = analysis.documents[place.path]
    text = " ".join(document.lines.slice(place.range).split())
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    cell = document.cell_of(place.range.start.line) if document.is_notebook else None
    line = place.range.start.line - (cell.first_line if cell else 0) + 1
    where = f"cell {cell.index}, line {line}" if cell else f"line {line}"
    verb = "last written in place by" if isinstance(maker, Mutated) else "made by"
    return f"{verb} `{text}` ({where}){_cut(analysis, maker)}"


def _cut(analysis: Analysis, maker: Event) -> str:
    if not isinstance(maker, (Applied, Created)) or maker.cut is None:
        return ""
    scope_id = maker.scope if isinstance(maker, Applied) else None
    scope = next((scope for scope in analysis.trace.each(Scope) if scope.id == scope_id), None)
    by = f" (`{scope.mode.value}`)" if scope else ""
    return f"; {_CUTS[maker.cut]}{by}"
