"""The packed extension: what is in it, and that its server starts with every Python of this machine.

Needs the package, whose path is in GRADSIGHT_VSIX: `dev.py test` builds it and says where it is.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

VSIX = os.environ.get("GRADSIGHT_VSIX")
pytestmark = pytest.mark.skipif(
    VSIX is None, reason="no package: GRADSIGHT_VSIX is not set (python3 dev.py test sets it)"
)


def pythons() -> list[str]:
    """Interpreters from 3.10 on, one per minor version: this one, those on PATH, those of pyenv."""
    found = [sys.executable]
    found += [path for minor in range(10, 20) if (path := shutil.which(f"python3.{minor}"))]
    found += [str(path) for path in sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin/python"))]
    by_version: dict[str, str] = {}
    for path in found:
        asked = [path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        answer = subprocess.run(asked, capture_output=True, text=True, check=False)
        version = answer.stdout.strip()
        if answer.returncode == 0 and tuple(map(int, version.split("."))) >= (3, 10):
            by_version.setdefault(version, path)
    return list(by_version.values())


@pytest.fixture(scope="module")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package, unpacked as an editor would."""
    assert VSIX is not None
    folder = tmp_path_factory.mktemp("extension")
    with zipfile.ZipFile(VSIX) as archive:
        archive.extractall(folder)
    return folder / "extension"


def test_it_holds_what_runs_and_nothing_else(extension: Path) -> None:
    names = {path.relative_to(extension).as_posix() for path in extension.rglob("*") if path.is_file()}
    assert {"package.json", "README.md", "LICENSE", "dist/extension.js", "server/start.py"} <= names
    assert {"server/gradsight/cli.py", "server/bundled/pygls/__init__.py", "server/bundled/jedi/__init__.py"} <= names
    unwanted = (".pyc", ".so", ".pyd", ".dylib", ".map", ".ts")
    assert [name for name in names if name.endswith(unwanted) or "/." in name or "test" in name.split("/")[0]] == []


def test_every_file_that_the_manifest_names_is_there(extension: Path) -> None:
    manifest = json.loads((extension / "package.json").read_text("utf-8"))
    assert (extension / manifest["main"]).is_file()
    assert (extension / manifest["icon"]).is_file()


@pytest.mark.parametrize("python", pythons())
def test_the_server_starts_whatever_surrounds_it(extension: Path, tmp_path: Path, python: str) -> None:
    # Modules with the names of ours, in the working directory and on PYTHONPATH, must not get in.
    for name in ("attr", "gradsight", "jedi", "lsprotocol", "parso", "pygls", "typing_extensions"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('the wrong module was imported')\n", "utf-8")
    command = [python, "-I", "-X", "utf8", str(extension / "server" / "start.py")]
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    capabilities: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": capabilities},
        {"jsonrpc": "2.0", "method": "initialized", "params": {}},
        {"jsonrpc": "2.0", "id": 2, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    sent = b"".join(framed(message) for message in messages)
    done = subprocess.run(
        command, input=sent, cwd=tmp_path, env=environment, capture_output=True, timeout=60, check=False
    )
    answer = unframed(done.stdout)
    assert answer["result"]["serverInfo"]["name"].lower() == "gradsight", done.stderr.decode()
    assert done.returncode == 0, done.stderr.decode()


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps(message).encode()
    return b"Content-Length: %d\r\n\r\n%b" % (len(body), body)


def unframed(stream: bytes) -> dict[str, Any]:
    """The first message that answers a request."""
    while stream:
        header, _, rest = stream.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in header.split(b"\r\n") if line.lower().startswith(b"content-length")
        )
        message: dict[str, Any] = json.loads(rest[:length])
        if "result" in message or "error" in message:
            return message
        stream = rest[length:]
    pytest.fail("no answer")
