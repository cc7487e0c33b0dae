"""Code actions: accepting one changes the text so that the finding goes."""

from __future__ import annotations

from lsprotocol import types

from lsp.editor import URI, Editor
from lsp.test_editing import BROKEN, SAVED

TWICE = """\
import torch

x = torch.ones(3, requires_grad=True)
y = x.exp()
y += 1
z = x.sigmoid()
z *= 2
loss = (y + z).sum()
loss.backward()
"""


async def test_the_first_fix_cures(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    found = await editor.diagnostics()
    first, *others = await editor.actions(found)
    assert "`y = y" in first.title
    assert first.kind == types.CodeActionKind.QuickFix
    assert first.is_preferred
    assert list(first.diagnostics or ()) == found
    assert not any(other.is_preferred for other in others)
    assert first.edit is not None
    editor.apply(first.edit)
    assert editor.texts[URI] == BROKEN.replace("y += 1", "y = y + 1")
    assert await editor.shown() == []


async def test_a_fix_for_an_older_text_is_made_for_this_one(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    old = await editor.diagnostics()
    editor.edit("import torch\n", "import torch  # soon\n")
    (first, *_) = await editor.actions(old)
    assert first.edit is not None
    editor.apply(first.edit)
    assert await editor.shown() == []
    assert await editor.actions(old, only=["quickfix"]) == []


async def test_all_safe_fixes_at_once(editor: Editor) -> None:
    await editor.start()
    editor.open(TWICE)
    assert await editor.shown() == [SAVED, ("GS302", "z *= 2")]
    for only in (["source.fixAll.gradsight"], ["source.fixAll"], ["source"]):
        (action,) = await editor.actions([], only=only)
        assert action.kind == "source.fixAll.gradsight"
    assert action.edit is not None
    editor.apply(action.edit)
    assert editor.texts[URI] == TWICE.replace("y += 1", "y = y + 1").replace("z *= 2", "z = z * 2")
    assert await editor.shown() == []
    assert await editor.actions([], only=["source.fixAll"]) == []
    assert await editor.actions([], only=["refactor"]) == []


async def test_ignoring_a_line(editor: Editor) -> None:
    await editor.start()
    editor.open(TWICE)
    found = await editor.diagnostics()
    ignores = [action for action in await editor.actions(found) if action.title == "Ignore GS302 on this line"]
    assert len(ignores) == 2
    assert ignores[0].edit is not None
    editor.apply(ignores[0].edit)
    assert "y += 1  # gradsight: ignore[GS302]\n" in editor.texts[URI]
    assert await editor.shown() == [("GS302", "z *= 2")]


async def test_actions_for_others_diagnostics_are_not_ours(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    (found,) = await editor.diagnostics()
    foreign = types.Diagnostic(found.range, "unused", source="other", code="GS302", data=found.data)
    assert await editor.actions([foreign]) == []
    bare = types.Diagnostic(found.range, found.message, source="gradsight", code="GS302")
    titles = [action.title for action in await editor.actions([bare])]
    assert "`y = y" in titles[0]
    odd = types.Diagnostic(found.range, "", source="gradsight", code="GS999", data={"version": "x", "fixes": 3})
    assert await editor.actions([odd]) == []


async def test_what_the_editor_cannot_take_is_not_sent(editor: Editor) -> None:
    result = await editor.start()
    options = result.capabilities.code_action_provider
    assert isinstance(options, types.CodeActionOptions)
    assert [str(getattr(kind, "value", kind)) for kind in options.code_action_kinds or []] == [
        "quickfix",
        "source.fixAll.gradsight",
    ]
