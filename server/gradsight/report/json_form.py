"""The findings as one JSON object; docs/output.md describes it and promises that it stays."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from gradsight import __version__
from gradsight.document import Document
from gradsight.finding import Edit, Finding, Fix, Related
from gradsight.report.where import where
from gradsight.text import Place, Position


def json_report(findings: Iterable[Finding], documents: Mapping[str, Document], **more: object) -> str:
    """The object that `check` and `probe` print; `more` are the keys that only `probe` adds."""
    body = {"version": __version__, "findings": [_finding(finding, documents) for finding in findings], **more}
    return json.dumps(body, indent=2, ensure_ascii=False)


def place_fields(place: Place, documents: Mapping[str, Document]) -> dict[str, Any]:
    """`path`, `cell` and `range` of a place."""
    shown = where(documents, place)
    span = {"start": _position(shown.start), "end": _position(shown.end)}
    return {"path": shown.path, "cell": shown.cell, "range": span}


def _position(position: Position) -> dict[str, int]:
    return {"line": position.line, "character": position.column}


def _finding(finding: Finding, documents: Mapping[str, Document]) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.value,
        "certainty": finding.certainty.value,
        "message": finding.message,
        **place_fields(finding.place, documents),
        "related": [_related(related, documents) for related in finding.related],
        "fixes": [_fix(fix, documents) for fix in finding.fixes],
    }


def _related(related: Related, documents: Mapping[str, Document]) -> dict[str, Any]:
    return {"message": related.message, **place_fields(related.place, documents)}


def _fix(fix: Fix, documents: Mapping[str, Document]) -> dict[str, Any]:
    edits = [_edit(edit, documents) for edit in fix.edits]
    return {"title": fix.title, "safety": fix.safety.value, "edits": edits}


def _edit(edit: Edit, documents: Mapping[str, Document]) -> dict[str, Any]:
    return {**place_fields(edit.place, documents), "newText": edit.new_text}
