"""What the static interpreter knows of a value after Python and PyTorch have done this or that with it."""

from __future__ import annotations

import pytest

from gradsight.autograd.events import BackwardCalled, Opaque
from gradsight.autograd.graph import behind
from gradsight.document import Document
from gradsight.static import interpret
from support.small_programs import SmallProgram, small_programs


@pytest.mark.parametrize("program", small_programs(), ids=lambda program: program.name)
def test_the_root_is_known_with_all_that_lies_behind_it(program: SmallProgram) -> None:
    walk = interpret(Document.from_text("program.py", program.source), strict=True)
    *_, call = walk.trace.each(BackwardCalled)
    graph = behind(walk.trace, *call.roots)
    assert call.roots[0].requires_grad is program.requires_grad
    assert len(graph.leaves) == program.leaves
    assert graph.complete
    assert not list(walk.trace.each(Opaque)), "nothing of it is out of sight"


@pytest.mark.parametrize("program", small_programs()[::5], ids=lambda program: program.name)
def test_an_edit_that_changes_nothing_is_walked_to_the_same_end(program: SmallProgram) -> None:
    document = Document.from_text("program.py", program.source)
    first = interpret(document, strict=True)
    second = interpret(document.edited(program.source + "print(leaf)\n"), first, strict=True)
    fresh = interpret(Document.from_text("program.py", program.source + "print(leaf)\n"), strict=True)
    assert [type(event) for event in second.trace.events] == [type(event) for event in fresh.trace.events]
