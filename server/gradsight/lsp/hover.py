"""Hover: what autograd knows of the name under the mouse, and what a finding there is about."""

from __future__ import annotations

from lsprotocol import types

from gradsight import knowledge, pages
from gradsight.analyse import Analysis
from gradsight.autograd.values import Value
from gradsight.lsp.convert import Converter
from gradsight.lsp.programs import Ran, Read
from gradsight.lsp.publish import merged
from gradsight.text import Encoding, Place, Range


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
        text = analysis.documents[at.path].lines.slice(span)
        parts.append("\n".join(knowledge.told(analysis.trace, analysis.documents, text, value)))
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
        found = knowledge.value_at(analysis.trace, analysis.documents[at.path], at)
        if found is not None:
            return analysis, *found
    return None
