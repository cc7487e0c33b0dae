"""What the editor is shown of a program: what was read and what was seen running, merged.

The two come at different times and never erase each other. Where both say the same of the same place,
the run has the word: it is the surer of the two.
"""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types

from gradsight.finding import Finding, Severity
from gradsight.lsp.convert import SOURCE, Converter
from gradsight.lsp.programs import Ran, Read
from gradsight.text import Encoding


def diagnostics(read: Read, ran: Ran | None, encoding: Encoding) -> Iterator[types.PublishDiagnosticsParams]:
    """The message for each text of the program; an empty list where there is nothing to say any more."""
    analysis, snapshot = read.analysis, read.snapshot
    documents = {**(ran.analysis.documents if ran is not None else {}), **analysis.documents}
    converter = Converter(snapshot, documents, encoding)
    versions = snapshot.versions()
    by_uri: dict[str, list[types.Diagnostic]] = {uri: [] for uri in versions}
    for finding in merged(read, ran):
        uri, diagnostic = converter.diagnostic(finding)
        if uri in by_uri:
            by_uri[uri].append(diagnostic)
    if ran is not None and ran.failure is not None and not _explained(ran):
        place, message = ran.failure
        at = converter.location(place)
        if at.uri in by_uri:
            failure = types.Diagnostic(at.range, message, types.DiagnosticSeverity.Error, source=SOURCE)
            by_uri[at.uri].append(failure)
    for uri, found in by_uri.items():
        yield types.PublishDiagnosticsParams(uri, found, versions[uri])


def merged(read: Read, ran: Ran | None) -> list[Finding]:
    """The findings of both, one per code and place, in the order of the text."""
    path = read.snapshot.path
    best = {(finding.code, finding.place): finding for finding in read.analysis.findings}
    if ran is not None:
        best.update(((finding.code, finding.place), finding) for finding in ran.findings)
    inside = (finding for finding in best.values() if finding.place.path == path)
    return sorted(inside, key=lambda finding: (finding.place, finding.code))


def _explained(ran: Ran) -> bool:
    """Whether a finding already stands where the program failed, and says why."""
    assert ran.failure is not None
    place, _ = ran.failure
    return any(
        finding.severity is Severity.ERROR
        and finding.place.path == place.path
        and finding.range.start.line <= place.range.start.line <= finding.range.end.line
        for finding in ran.findings
    )
