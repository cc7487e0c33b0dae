"""Nested, recursive and endless texts end with what was found so far, and never raise."""

from __future__ import annotations

import sys

import pytest

from gradsight.analyse import analyse
from gradsight.document import Document
from gradsight.static import interpret
from support.hard_texts import HEAD, KINDS

SMALLER = 20
MISTAKE = "a = torch.ones(3, requires_grad=True)\nb = a.exp()\nb += 1\nb.sum().backward()\n"


def text_of(kind: str) -> str:
    make, size = KINDS[kind]
    return make(max(6, size // SMALLER))


@pytest.mark.parametrize("kind", KINDS)
def test_a_hard_text_is_walked_without_an_error(kind: str) -> None:
    walk = interpret(Document.from_text("hard.py", text_of(kind)), strict=True)
    assert walk.trace.events


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_found_before_the_budget_was_spent_stands(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["gradsight.static.interpret"], "_budget", lambda lines: 100)
    monkeypatch.setattr(sys.modules["gradsight.static.interpret"], "_FOR_UNCALLED", 0)
    body = text_of(kind).removeprefix(HEAD)
    found = analyse(Document.from_text("hard.py", HEAD + MISTAKE + body), strict=True)
    assert not found.trace.complete
    assert ("GS302", HEAD.count("\n") + 2) in [(each.code, each.range.start.line) for each in found.findings]


@pytest.mark.parametrize("kind", KINDS)
def test_typing_in_a_hard_text_finds_what_a_fresh_walk_finds(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["gradsight.static.interpret"], "_budget", lambda lines: 3_000)
    text = text_of(kind)
    first = analyse(Document.from_text("hard.py", text), strict=True)
    lines = text.split("\n")
    lines[len(lines) // 2] += "  # here"
    edited = first.document.edited("\n".join(lines))
    second = analyse(edited, previous=first, strict=True)
    fresh = analyse(Document.from_text("hard.py", edited.text), strict=True)
    assert second.findings == fresh.findings
    assert len(second.trace.events) == len(fresh.trace.events)
    assert second.trace.complete == fresh.trace.complete


def test_a_statement_nested_too_deeply_costs_only_itself() -> None:
    deep = "x = " + "torch.exp(" * 80 + "torch.ones(3)" + ")" * 80 + "\n"
    limit = sys.getrecursionlimit()
    depth = len([*_frames()])
    sys.setrecursionlimit(depth + 160)
    try:
        walk = interpret(Document.from_text("hard.py", HEAD + deep + MISTAKE), strict=True)
    finally:
        sys.setrecursionlimit(limit)
    assert not walk.trace.complete
    assert [event for event in walk.trace.events if getattr(event, "api", None) == "backward"]


def _frames() -> list[object]:
    frames: list[object] = []
    frame = sys._getframe()
    while frame is not None:
        frames.append(frame)
        frame = frame.f_back  # type: ignore[assignment]
    return frames
