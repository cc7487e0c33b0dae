"""Numbers that Python computed from tensors: met again where the source says that they are used."""

from __future__ import annotations

import ast

from gradsight.autograd.values import Form, Value
from gradsight.document import Document
from gradsight.probe.carried import Calls, Carried
from gradsight.syntax.ranges import range_of
from gradsight.text import WHOLE_TEXT, Site

NUMBER = Value(1, form=Form.NUMBER)


def site(document: Document, text: str) -> Site:
    """Where the expression with this source stands first."""
    for placed in document.chunks:
        for statement in placed.chunk.body:
            for node in ast.walk(statement):
                if isinstance(node, ast.expr):
                    span = range_of(node).moved(placed.line)
                    if document.lines.slice(span) == text:
                        return Site(document.path, WHOLE_TEXT, span)
    raise AssertionError(f"{text} is not there")


def carried(text: str, leaves: str, used: str, leaves_in: Calls = ()) -> list[int]:
    """Ids of what the expression `used` carries after a tensor left torch at `leaves`."""
    document = Document.from_text("p.py", text)
    memory = Carried({"p.py": document})
    memory.note(site(document, leaves), leaves_in, NUMBER)
    return [value.id for value in memory.within(site(document, used), (), ())]


def test_within_one_expression() -> None:
    assert carried("y = x * math.exp(t)\n", "math.exp(t)", "x * math.exp(t)") == [1]
    assert carried("y = x * math.exp(t)\nz = x * 2\n", "math.exp(t)", "x * 2") == []


def test_through_names() -> None:
    text = "k = t.item()\nhalf = k / 2\ny = x * half\nz = x * other\n"
    assert carried(text, "t.item()", "x * half") == [1]
    assert carried(text, "t.item()", "x * other") == []


def test_names_of_another_function_are_other_names() -> None:
    text = "def f(t):\n    k = t.item()\n\n\ndef g(x, k):\n    return x * k\n"
    assert carried(text, "t.item()", "x * k") == []


def test_out_of_a_function_through_its_return() -> None:
    text = "def scale(t):\n    return math.sqrt(t)\n\n\ny = x * scale(w)\n"
    document = Document.from_text("p.py", text)
    call = site(document, "scale(w)")
    assert carried(text, "math.sqrt(t)", "x * scale(w)", leaves_in=(call,)) == [1]


def test_a_number_that_is_only_printed_goes_nowhere() -> None:
    text = "def step(t):\n    print(t.item())\n    return t\n\n\ny = x * step(w)\n"
    document = Document.from_text("p.py", text)
    call = site(document, "step(w)")
    assert carried(text, "t.item()", "x * step(w)", leaves_in=(call,)) == []


def test_a_loop_does_not_compute_with_its_body() -> None:
    text = "for x in data:\n    total += x.item()\n"
    document = Document.from_text("p.py", text)
    memory = Carried({"p.py": document})
    memory.note(site(document, "x.item()"), (), NUMBER)
    loop = document.chunks[0].chunk.body[0]
    assert memory.within(Site("p.py", WHOLE_TEXT, range_of(loop)), (), ()) == ()
