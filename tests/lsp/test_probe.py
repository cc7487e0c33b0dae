"""Running a program from the editor: progress, output, results on the lines, and every way in which it can end."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from pathlib import Path

import pytest
from lsprotocol import types

from lsp.editor import URI, Editor
from lsp.test_editing import BROKEN, SAVED
from lsp.test_notebook import CELLS, NOTEBOOK, cell_uri, open_notebook

FILE = "gradsight.probeFile"
CELL = "gradsight.probeCell"
HIDDEN = """\
import torch

print("starting")
x = torch.ones(3, requires_grad=True)
y = getattr(x, "exp")()
getattr(y, "add_")(1)
y.sum().backward()
"""


async def test_a_run_shows_what_it_saw(editor: Editor, tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    await editor.start()
    editor.open(HIDDEN, uri)
    before = await editor.shown(uri)
    answer = await editor.run(FILE, uri)
    assert answer["status"] == "error"
    assert answer["findings"] >= 1
    shown = await editor.shown(uri)
    assert ("GS302", 'getattr(y, "add_")(1)') in shown
    assert before != shown
    await editor.until(lambda: "starting\n" in "".join(editor.outputs))
    kinds = [each["kind"] for each in editor.progress]
    assert kinds == ["begin", "end"]
    assert editor.progress[0]["cancellable"] is True
    assert "train.py" in editor.progress[0]["title"]
    assert any("Gradient probe of train.py: " in each.message for each in editor.messages)


async def test_what_was_read_and_what_was_run_do_not_erase_each_other(editor: Editor) -> None:
    await editor.start()
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]
    await editor.run(FILE, URI)
    found = [each for each in await editor.diagnostics() if each.code == "GS302"]
    assert len(found) == 1
    editor.edit("import torch\n", "import torch\n\n\n")
    assert SAVED in await editor.shown()
    editor.edit("y += 1", "y = y + 1")
    assert SAVED not in await editor.shown()
    editor.edit("y = y + 1", "y += 1")
    assert SAVED in await editor.shown()


async def test_results_follow_their_lines_and_go_with_them(editor: Editor) -> None:
    await editor.start()
    editor.open(HIDDEN)
    await editor.run(FILE, URI)
    mark = ("GS302", 'getattr(y, "add_")(1)')
    assert mark in await editor.shown()
    editor.edit("import torch\n", "# a line\nimport torch\n")
    assert mark in await editor.shown()
    editor.edit("add_", "add")
    assert not [code for code, _ in await editor.shown() if code == "GS302"]


async def test_the_programs_own_exception_stands_at_its_line(editor: Editor) -> None:
    await editor.start()
    editor.open('import torch\n\n\ndef f(x):\n    return x["no"]\n\n\nf({})\n')
    answer = await editor.run(FILE, URI)
    assert answer["status"] == "error"
    (found,) = await editor.diagnostics()
    assert found.message == "KeyError: 'no'"
    assert found.severity is types.DiagnosticSeverity.Error
    assert found.source == "gradsight"
    assert found.range.start.line == 4
    editor.edit('["no"]', '.get("no")')
    assert await editor.diagnostics() == []


async def test_unsaved_text_is_what_runs(editor: Editor, tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_text("import torch\nprint('on disk')\n")
    await editor.start()
    editor.open("import torch\nprint('in the editor')\n", file.as_uri())
    answer = await editor.run(FILE, file.as_uri())
    assert answer["status"] == "done"
    await editor.until(lambda: "in the editor\n" in "".join(editor.outputs))
    assert file.read_text() == "import torch\nprint('on disk')\n"


async def test_a_cell_runs_after_the_cells_before_it(editor: Editor) -> None:
    await editor.start()
    editor.open("# %%\nimport torch\nx = 3\n# %%\nprint('second', x)\n# %%\nprint('third')\n")
    answer = await editor.run(CELL, URI, 2)
    assert answer["status"] == "done"
    await editor.until(lambda: "second 3\n" in "".join(editor.outputs))
    assert "third" not in "".join(editor.outputs)


async def test_a_notebook_runs_up_to_a_cell(editor: Editor) -> None:
    await editor.start()
    open_notebook(editor)
    assert (await editor.run(CELL, NOTEBOOK, 4))["status"] == "done"
    assert (await editor.run(CELL, NOTEBOOK, 5))["status"] == "error"
    found = await editor.diagnostics(cell_uri(3))
    assert [editor.slice(CELLS[3], each.range) for each in found] == ["y += 1"]


async def test_a_run_can_be_cancelled(editor: Editor) -> None:
    await editor.start()
    editor.open("import time\nimport torch\nprint('ready')\nwhile True:\n    time.sleep(0.1)\n")
    run = asyncio.ensure_future(editor.run(FILE, URI))
    await editor.until(lambda: "ready" in "".join(editor.outputs))
    editor.open(BROKEN, "file:///other.py")
    assert await editor.shown("file:///other.py") == [SAVED]
    token = editor.progress[0]["token"]
    editor.client.window_work_done_progress_cancel(types.WorkDoneProgressCancelParams(token))
    answer = await run
    assert answer["status"] in ("cancelled", "limit")
    assert "cancelled" in answer["message"]
    assert editor.progress[-1]["kind"] == "end"


async def test_a_run_stops_at_its_time_limit(editor: Editor) -> None:
    await editor.start(settings={"probe": {"timeLimit": 1}})
    editor.open("import torch\nwhile True:\n    x = 1\n")
    answer = await editor.run(FILE, URI)
    assert answer["status"] == "limit"
    assert "Stopped after 1 s" in answer["message"]


async def test_without_torch_the_interpreter_is_named(editor: Editor, tmp_path: Path) -> None:
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    bare.chmod(0o755)
    await editor.start(interpreter=str(bare))
    editor.open(BROKEN)
    answer = await editor.run(FILE, URI)
    assert answer["status"] == "failed"
    (message,) = [each for each in editor.messages if each.type is types.MessageType.Error]
    assert str(bare) in message.message
    assert "gradsight.interpreter" in message.message
    assert "\n" not in message.message
    assert await editor.shown() == [SAVED]


async def test_an_untrusted_workspace_runs_nothing(editor: Editor) -> None:
    await editor.start(trusted=False)
    editor.open(BROKEN)
    assert await editor.shown() == [SAVED]
    answer = await editor.run(FILE, URI)
    assert answer["status"] == "refused"
    assert any("not trusted" in each.message for each in editor.messages)
    assert editor.outputs == []


@pytest.mark.parametrize("arguments", [[], [None], ["file:///never.py"], [URI, "two"], [URI, 77]])
async def test_odd_arguments_are_answered(editor: Editor, arguments: list[object]) -> None:
    await editor.start()
    editor.open("# %%\nimport torch\n")
    answer = await editor.run(CELL, *arguments)
    assert answer["status"] in ("refused", "failed") or arguments[1:] == []
    assert await editor.diagnostics() == []


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="reads /proc")
async def test_the_end_leaves_no_process(editor: Editor) -> None:
    await editor.start()
    editor.open("import os, time\nimport torch\nprint('pid', os.getpid())\ntime.sleep(600)\n")
    await editor.lenses()
    run = asyncio.ensure_future(editor.run(FILE, URI))
    found = await editor.until(lambda: re.search(r"pid (\d+)\n", "".join(editor.outputs)))
    pid = int(found[1])
    server = editor.client._server
    assert server is not None
    assert alive(pid)
    children = family(server.pid)
    assert pid in children
    await editor.client.shutdown_session()
    editor.client.capabilities = None
    await asyncio.wait([run, asyncio.ensure_future(server.wait())], timeout=30)
    assert server.returncode == 0
    assert not any(alive(child) for child in children)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def family(root: int) -> list[int]:
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found[1:]
