"""Hover and CodeLens: what is said without a mistake being there."""

from __future__ import annotations

from lsp.editor import URI, Editor
from lsp.test_editing import BROKEN

CELLS = """\
# %% data
import torch
x = torch.ones(3, requires_grad=True)
# %% model
y = x * 2
"""


async def test_hover_says_what_autograd_knows(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    said = await editor.hover("y.sum()")
    assert said is not None
    assert "requires grad: yes" in said
    assert "not a leaf" in said
    said = await editor.hover("x.exp()")
    assert said is not None
    assert "leaf: `backward()` puts its gradient into `.grad`" in said
    assert "shape (3,)" in said
    assert "line 3" in said
    assert await editor.hover("import torch") is None


async def test_hover_on_a_call_tells_of_its_result(editor: Editor) -> None:
    await editor.start()
    editor.open("import torch\n\n\ndef half(t):\n    return t.detach() / 2\n\n\nw = torch.ones(2)\nhalf(w.exp())\n")
    said = await editor.hover("half(w")
    assert said is not None
    assert "`half(w.exp())`: float tensor of shape (2,)" in said
    said = await editor.hover("exp()")
    assert said is not None
    assert "`w.exp()`" in said


async def test_hover_on_a_finding_explains_it(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    said = await editor.hover("+= 1")
    assert said is not None
    assert "**GS302**" in said


async def test_hover_outside_the_text_is_nothing(editor: Editor) -> None:
    await editor.start()
    editor.open("import torch\n")
    editor.texts[URI] = "\n" * 50 + "nowhere"
    assert await editor.hover("nowhere") is None


async def test_lenses_offer_the_probe(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    assert await editor.lenses() == [(0, "gradsight.probeFile", [URI])]
    editor.open(CELLS, "file:///cells.py")
    assert await editor.lenses("file:///cells.py") == [
        (0, "gradsight.probeFile", ["file:///cells.py"]),
        (0, "gradsight.probeCell", ["file:///cells.py", 1]),
        (3, "gradsight.probeCell", ["file:///cells.py", 2]),
    ]
    editor.open("print('no tensors')\n", "file:///other.py")
    assert await editor.lenses("file:///other.py") == []


async def test_lenses_only_where_programs_may_run(editor: Editor) -> None:
    await editor.start(trusted=False)
    editor.open(BROKEN)
    assert await editor.lenses() == []


async def test_lenses_can_be_switched_off(editor: Editor) -> None:
    await editor.start(settings={"codeLens": False})
    editor.open(BROKEN)
    assert await editor.lenses() == []
