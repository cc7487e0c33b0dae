"""The parts of the server that are arithmetic only."""

from __future__ import annotations

import random
import threading

import pytest

from gradsight.finding import Certainty, Edit, Finding, Fix, Related, Safety, Severity
from gradsight.lsp.buffers import Buffer
from gradsight.lsp.drift import Drift
from gradsight.lsp.schedule import LatestOnly
from gradsight.lsp.uris import path_of, uri_of
from gradsight.text import Encoding, LineMap, Place, Position, Range, apply_edits, split_lines

PIECES = ["a", "b", " ", "\n", "\r", "\r\n", "😀", "é", "\f", "\u2028"]


def test_a_buffer_is_edited_as_the_whole_text_would_be() -> None:
    generator = random.Random(1)
    for _ in range(3000):
        buffer = Buffer("".join(generator.choices(PIECES, k=generator.randrange(12))), 1)
        for _ in range(4):
            text, lines = buffer.text, LineMap(buffer.text)
            encoding = generator.choice(list(Encoding))
            start, end = sorted(lines.position(generator.randrange(len(text) + 1)) for _ in range(2))
            new = "".join(generator.choices(PIECES, k=generator.randrange(4)))
            expected = apply_edits(text, [(Range(start, end), new)])
            units = [Position(at.line, lines.units(at, encoding)) for at in (start, end)]
            buffer.replace(units[0], units[1], new, encoding)
            assert buffer.text == expected
            assert [buffer.line(number) for number in range(len(LineMap(expected)))] == list(LineMap(expected).lines())


def test_lines_end_where_the_protocol_says() -> None:
    assert split_lines("a\r\nb\rc\n\fd\u2028e\x85") == ["a\r\n", "b\r", "c\n", "\fd\u2028e\x85"]
    assert split_lines("a\n") == ["a\n", ""]
    assert split_lines("") == [""]


def finding(line: int, related: int, fixed: int) -> Finding:
    def place(number: int) -> Place:
        return Place("a.py", Range.of(number, 0, number, 1))

    return Finding(
        *("GS302", "in-place-on-saved-tensor", Severity.ERROR, Certainty.OBSERVED, "", place(line)),
        related=(Related("", place(related)),),
        fixes=(Fix("", Safety.SAFE, (Edit(place(fixed), "x"),)),),
    )


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("0 1 2 3 4", "0 1 2 3 4", (1, 2, 3)),
        ("0 1 2 3 4", "x 1 2 3 4", (1, 2, 3)),
        ("0 1 2 3 4", "0 x 1 2 3 4", (2, 3, 4)),
        ("0 1 2 3 4", "1 2 3 4", (0, 1, 2)),
        ("0 1 2 3 4", "0 1 2 3 x", (1, 2, 3)),
        ("0 1 2 3 4", "0 1 x 2 3 4", (1, 3, 4)),
        ("0 1 2 3 4", "0 x 2 3 4", None),
        ("0 1 2 3 4", "0 1 x 3 4", None),
        ("0 1 2 3 4", "0 1 2 4", None),
        ("0 1 2 3 4", "", None),
    ],
)
def test_findings_drift_with_their_lines(old: str, new: str, lines: tuple[int, int, int] | None) -> None:
    drift = Drift.between("a.py", old.replace(" ", "\n"), new.replace(" ", "\n"))
    moved = list(drift.follow([finding(1, 2, 3)]))
    assert moved == ([] if lines is None else [finding(*lines)])


def test_places_in_other_files_do_not_drift() -> None:
    drift = Drift.between("b.py", "0\n1\n2\n3", "x")
    assert list(drift.follow([finding(1, 2, 3)])) == [finding(1, 2, 3)]


def test_of_waiting_jobs_only_the_last_is_done() -> None:
    started, free, ended = threading.Event(), threading.Event(), threading.Event()
    done: list[str] = []
    queue = LatestOnly("test")

    def block() -> None:
        started.set()
        free.wait(10)

    queue.submit("first", block)
    assert started.wait(10)
    for number in range(5):
        queue.submit("a", lambda number=number: done.append(f"a{number}"))  # type: ignore[misc]
    queue.submit("broken", lambda: 1 // 0 and None)
    queue.submit("b", lambda: done.append("b"))
    queue.submit("a", lambda: done.append("last a"))
    queue.submit("0", lambda: None)
    free.set()
    queue.submit("end", ended.set)
    assert ended.wait(10)
    while len(done) < 2:
        threading.Event().wait(0.01)
    assert done == ["last a", "b"]
    queue.close()


@pytest.mark.parametrize("path", ["/work space/é/a.py", "/a.py"])
def test_paths_and_uris(path: str) -> None:
    assert path_of(uri_of(path)) == path
    assert path_of("untitled:Untitled-1") == uri_of("untitled:Untitled-1") == "untitled:Untitled-1"
    assert path_of("vscode-notebook-cell:/a.ipynb#W0") == "vscode-notebook-cell:/a.ipynb#W0"
