"""What a project says of its checks holds in the editor as on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradsight.analyse import analyse
from gradsight.document import Document
from gradsight.project_file import ProjectFiles
from gradsight.settings import Settings
from lsp.editor import Editor
from lsp.test_editing import BROKEN

UNUSED = BROKEN + "z = loss * 1  # gradsight: ignore[GS302]\n"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("", [("GS302", "error"), ("GS001", "hint")]),
        ('select = ["GS1"]', []),
        ('select = ["GS0"]', []),
        ('ignore = ["GS302"]', []),
        ('ignore = ["unused-ignore"]', [("GS302", "error")]),
        ('severity = { GS3 = "off", GS001 = "information" }', []),
        ('severity = { GS302 = "hint" }', [("GS302", "hint"), ("GS001", "hint")]),
        ('per-file-ignores = { "part/*" = ["GS3"] }', []),
        ('per-file-ignores = { "other/*" = ["all"] }', [("GS302", "error"), ("GS001", "hint")]),
    ],
)
async def test_a_project_says_what_is_heard(
    editor: Editor, tmp_path: Path, table: str, expected: list[tuple[str, str]]
) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.gradsight]\n{table}\n")
    file = tmp_path / "part" / "a.py"
    settings, root, problems = ProjectFiles().settings_for(file, Settings())
    found = analyse(Document.from_text(str(file), UNUSED), select=settings.selection(root), strict=True).findings
    assert not problems
    assert [(finding.code, finding.severity.value) for finding in found] == expected
    await editor.start()
    editor.open(UNUSED, file.as_uri())
    shown = await editor.diagnostics(file.as_uri())
    assert [(each.code, each.severity.name.lower() if each.severity else "") for each in shown] == expected
