"""Comments that say a finding is meant."""

from __future__ import annotations

import pytest

from gradsight.finding import Certainty, Finding, Severity
from gradsight.suppress import ignore_fix, unsuppressed
from gradsight.text import LineMap, Place, Range, apply_edits


def finding(text: str, marked: str, code: str = "GS302", name: str = "in-place-on-saved-tensor") -> Finding:
    lines, start = LineMap(text), text.index(marked)
    span = Range(lines.position(start), lines.position(start + len(marked)))
    return Finding(code, name, Severity.ERROR, Certainty.CERTAIN, "", Place("a.py", span))


def is_silent(text: str, marked: str = "y += 1") -> bool:
    return not list(unsuppressed(text, [finding(text, marked)]))


@pytest.mark.parametrize(
    "comment",
    [
        "# gradsight: ignore",
        "#gradsight:ignore",
        "# gradsight: ignore[GS302]",
        "# gradsight: ignore[GS301, GS302]",
        "# gradsight: ignore[in-place-on-saved-tensor]",
        "# gradsight: ignore[GS3]",
        "# noqa: E501  # gradsight: ignore[GS302] because it is fine",
        "# gradsight: ignore-file",
    ],
)
def test_comments_that_silence(comment: str) -> None:
    assert is_silent(f"y += 1  {comment}\n")


@pytest.mark.parametrize(
    "text",
    [
        "y += 1  # gradsight: ignore[GS301]\n",
        "y += 1  # gradsight: ignore[]\n",
        "y += 1  # gradsight: ignored\n",
        "y += 1  # ignore\n",
        "# gradsight: ignore\ny += 1\n",
        "y += 1\n# gradsight: ignore\n",
        's = "# gradsight: ignore-file"; y += 1\n',
        "s = '''\n# gradsight: ignore-file\n'''; y += 1\n",
        "y += 1; s = 'it\\'s # gradsight: ignore'\n",
    ],
)
def test_texts_that_do_not(text: str) -> None:
    assert not is_silent(text)


def test_a_comment_at_the_end_of_the_statement_counts() -> None:
    text = "z = f(\n    y.add_(1),\n    2,\n)  # gradsight: ignore[GS302]\n"
    assert is_silent(text, "y.add_(1)")
    assert is_silent(text.replace("2,", "2,  # gradsight: ignore").replace(")  #", ")  #-"), "y.add_(1)")


def test_the_file_comment_may_stand_anywhere() -> None:
    assert is_silent("y += 1\n\n# gradsight: ignore-file\n")


@pytest.mark.parametrize(
    ("text", "marked", "expected"),
    [
        ("y += 1\n", "y += 1", "y += 1  # gradsight: ignore[GS302]\n"),
        ("y += 1   \nx\n", "y += 1", "y += 1  # gradsight: ignore[GS302]   \nx\n"),
        ("y += 1  # why\r\n", "y += 1", "y += 1  # why  # gradsight: ignore[GS302]\r\n"),
        ("y += 1  # gradsight: ignore[GS1]\n", "y += 1", "y += 1  # gradsight: ignore[GS1, GS302]\n"),
        ("y += 1  # gradsight: ignore[]\n", "y += 1", "y += 1  # gradsight: ignore[GS302]\n"),
        ("f(y.add_(1),\n  2)\n", "y.add_(1)", "f(y.add_(1),  # gradsight: ignore[GS302]\n  2)\n"),
        ("y += \\\n    1\n", "y += \\\n    1", "y += \\\n    1  # gradsight: ignore[GS302]\n"),
        ("f(y.add_(1), '''\na\n''')\n", "y.add_(1)", "f(y.add_(1), '''\na\n''')  # gradsight: ignore[GS302]\n"),
    ],
)
def test_the_ignore_fix_puts_the_comment_where_it_counts(text: str, marked: str, expected: str) -> None:
    fix = ignore_fix(text, finding(text, marked))
    assert fix is not None
    edited = apply_edits(text, [(edit.place.range, edit.new_text) for edit in fix.edits])
    assert edited == expected
    assert is_silent(edited, marked)
