"""Opening and editing: what is shown, for which version, and that it goes when the mistake goes."""

from __future__ import annotations

from pathlib import Path

import pytest
from lsprotocol import types

from lsp.editor import URI, Editor

BROKEN = """\
import torch

x = torch.ones(3, requires_grad=True)
y = x.exp()
y += 1
loss = y.sum()
loss.backward()
"""
SAVED = ("GS302", "y += 1")


async def test_a_finding_says_everything(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    (found,) = await editor.diagnostics()
    assert (found.code, editor.slice(BROKEN, found.range)) == SAVED
    assert found.source == "gradsight"
    assert found.severity is types.DiagnosticSeverity.Error
    assert "`y" in found.message
    assert found.code_description is not None
    assert found.code_description.href.endswith("docs/checks/in-place-on-saved-tensor.md")
    related = found.related_information or []
    assert [editor.slice(BROKEN, each.location.range) for each in related][-1] == "loss.backward()"
    assert {each.location.uri for each in related} == {URI}


async def test_findings_follow_edits(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]
    editor.edit("import torch\n", "import torch\n# one more line\n")
    (moved,) = await editor.diagnostics()
    assert moved.range.start.line == 5
    editor.edit("y += 1", "y = y + 1")
    assert await editor.shown() == []
    editor.edit("y = y + 1", "y += 1")
    assert await editor.shown() == [SAVED]


async def test_only_the_last_version_is_shown(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    for number in range(40):
        editor.edit("y += 1" if number % 2 == 0 else "y = y + 1", "y = y + 1" if number % 2 == 0 else "y += 1")
    assert await editor.shown() == [SAVED]
    versions = [each.version for each in editor.published]
    assert versions == sorted(versions)
    assert versions[-1] == 41


async def test_broken_code_keeps_the_rest_checked(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    editor.edit("import torch\n", "import torch\n\ndef half(:\n    retrun (\n\n")
    assert await editor.shown() == [SAVED]
    editor.edit("def half(:\n    retrun (\n", "def half(a):\n    return a / 2\n")
    assert await editor.shown() == [SAVED]
    editor.edit("y += 1", "y +=")
    assert SAVED not in await editor.shown()
    editor.edit("y +=", "y += 1")
    assert await editor.shown() == [SAVED]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "\x00", "\f\f", "import torch\r", "(" * 500, "torch" + " (" * 3000, "\ufeffimport torch\n"],
    ids=["empty", "line", "nul", "feeds", "return", "open", "torch-open", "mark"],
)
async def test_strange_texts_are_answered(editor: Editor, text: str) -> None:
    await editor.start()
    editor.open(text)
    await editor.diagnostics()
    await editor.lenses()
    assert not editor.messages


async def test_edits_outside_the_text_are_taken_as_at_its_end(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN.replace("loss.backward()\n", ""))
    assert await editor.shown() == []
    far = types.Position(10_000, 10_000)
    editor.change(types.Range(far, far), "loss.backward()\n", BROKEN)
    assert await editor.shown() == [SAVED]


async def test_line_ends_and_form_feeds_count_as_the_protocol_says(editor: Editor) -> None:
    await editor.start()
    text = BROKEN.replace("import torch\n", "import torch\n\f\n# \u2028 \x0b\n").replace("\n", "\r\n")
    editor.open(text)
    assert await editor.shown() == [SAVED]
    editor.edit("y += 1", "y = y + 1")
    assert await editor.shown() == []
    editor.edit("y = y + 1", "y += 1")
    assert await editor.shown() == [SAVED]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
async def test_columns_are_counted_as_agreed(editor: Editor, encoding: str) -> None:
    await editor.start([encoding, "utf-16"])
    assert editor.encoding == encoding
    text = BROKEN.replace("y += 1", 's = "😀é漢"; y += 1').replace("exp()\n", "exp()  # 😀\n")
    editor.open(text)
    assert await editor.shown() == [SAVED]
    editor.edit('"😀é漢"', '"😀😀é漢"')
    (found,) = await editor.diagnostics()
    (fix, *_) = await editor.actions([found])
    assert fix.edit is not None
    editor.apply(fix.edit)
    assert "y = y + 1" in editor.texts[URI]
    assert await editor.shown() == []


async def test_closing_clears(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]
    editor.close()
    params = await editor.until(lambda: (last := editor.latest(URI)) and not last.diagnostics and last)
    assert not params.diagnostics
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]


async def test_messages_about_unknown_texts_are_ignored(editor: Editor) -> None:
    await editor.start()
    editor.texts["file:///never.py"], editor.versions["file:///never.py"] = "a", 1
    editor.edit("a", "b", "file:///never.py")
    editor.close("file:///never.py")
    assert await editor.lenses("file:///never.py") == []
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]
    assert not editor.messages


async def test_settings_and_comments_silence(editor: Editor) -> None:
    await editor.start(configuration={"severity": {"GS302": "information"}, "probe": {"timeLimit": "long"}})
    editor.open(BROKEN)
    await editor.until(lambda: any("probe.timeLimit" in each.message for each in editor.messages))
    (found,) = await editor.until(
        lambda: [d for d in editor.published[-1].diagnostics if d.severity is types.DiagnosticSeverity.Information]
        if editor.published
        else None
    )
    assert found.code == "GS302"
    editor.client.workspace_did_change_configuration(
        types.DidChangeConfigurationParams(settings={"gradsight": {"ignore": ["GS3"]}})
    )
    await editor.until(lambda: not editor.published[-1].diagnostics)
    editor.client.workspace_did_change_configuration(types.DidChangeConfigurationParams(settings={"gradsight": {}}))
    await editor.until(lambda: editor.published[-1].diagnostics)
    editor.edit("y += 1", "y += 1  # gradsight: ignore[GS302]")
    assert await editor.diagnostics() == []


async def test_a_project_file_holds_here_too(editor: Editor, tmp_path: Path) -> None:
    uri, project = (tmp_path / "a.py").as_uri(), tmp_path / "pyproject.toml"
    project.write_text('[tool.gradsight]\nignore = ["GS302"]\nselct = []\n')
    await editor.start(registers=True)
    (asked,) = await editor.until(lambda: editor.registered)
    assert [each.method for each in asked.registrations] == [
        types.WORKSPACE_DID_CHANGE_CONFIGURATION,
        types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    ]
    editor.open(BROKEN, uri)
    assert await editor.shown(uri) == []
    assert len([each for each in editor.messages if "selct" in each.message]) == 1
    project.write_text("")
    changed = types.FileEvent(project.as_uri(), types.FileChangeType.Changed)
    editor.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams([changed]))
    last = await editor.until(lambda: (each := editor.latest(uri)) and each.diagnostics)
    assert [each.code for each in last] == ["GS302"]


async def test_code_that_does_nothing_is_faded(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN.replace("y += 1\n", "").replace("loss.backward()", "loss.backward"))
    (found,) = await editor.diagnostics()
    assert found.code == "GS409"
    assert list(found.tags or ()) == [types.DiagnosticTag.Unnecessary]
