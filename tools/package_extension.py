"""Writes dist/gradsight-VERSION.vsix: the client, the server, and the libraries that the server needs.

A .vsix is a zip archive with two descriptions of its content; packing it here takes a second and no other tool.
The libraries are pure Python, so one archive serves every system and every Python from 3.10 on.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "dist" / "bundled"
LIBRARIES = ("pygls", "lsprotocol", "attrs", "cattrs", "jedi", "parso", "typing_extensions", "exceptiongroup", "tomli")
"""Named one by one, not resolved: the newest Python needs fewer of them than the oldest."""
CONTENT = ("package.json", "README.md", "CHANGELOG.md", "LICENSE", "client/icon.png",
           "docs/images/*.png", "docs/checks/*.md",
           "dist/extension.js", "dist/licenses.txt", "server/start.py", "server/gradsight/**/*")  # fmt: skip
UNUSED = ("bin", "jedi/third_party/django-stubs", "jedi/third_party/typeshed/stubs")
"""Left out of the libraries: commands, and type stubs of packages through which no gradient flows."""
TEXT_ASSETS = {
    "README.md": "Services.Content.Details",
    "CHANGELOG.md": "Services.Content.Changelog",
    "LICENSE": "Services.Content.License",
}
SAME_TIME = (1980, 1, 1, 0, 0, 0)
"""Given to every file, so that the same sources make the same archive."""


def main() -> None:
    """Builds and packs; prints the archive's name and size."""
    manifest = json.loads((ROOT / "package.json").read_text("utf-8"))
    check_version(manifest["version"])
    build_client()
    collect_libraries()
    files = dict(extension_files())
    target = ROOT / "dist" / f"{manifest['name']}-{manifest['version']}.vsix"
    pack(target, manifest, files)
    print(f"{target.relative_to(ROOT)}: {len(files)} files, {target.stat().st_size / 1e6:.1f} MB")


def check_version(version: str) -> None:
    """Refuses to pack a client and a server of different versions."""
    server = (ROOT / "server" / "gradsight" / "__init__.py").read_text("utf-8")
    if f'__version__ = "{version}"' not in server:
        sys.exit(f"package.json has version {version}; server/gradsight/__init__.py has another")


def build_client() -> None:
    """dist/extension.js, and the licences of what was bundled into it."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is not on PATH; it is needed to build the extension")
    subprocess.run([npm, "run", "--silent", "build"], cwd=ROOT, check=True)
    inputs = json.loads((ROOT / "dist" / "inputs.json").read_text("utf-8"))["inputs"]
    names = {match[1] for path in inputs if (match := re.match(r".*node_modules/((?:@[^/]+/)?[^/]+)/", path))}
    parts = []
    for name in sorted(names):
        licence = next((ROOT / "node_modules" / name).glob("[Ll][Ii][Cc][Ee][Nn][SsCc][Ee]*"), None)
        if licence is None:
            sys.exit(f"{name} goes into the extension and has no licence file")
        parts.append(f"=== {name}\n\n{licence.read_text('utf-8').strip()}\n")
    (ROOT / "dist" / "licenses.txt").write_text("\n".join(parts), "utf-8")


def collect_libraries() -> None:
    """dist/bundled: the pinned libraries, unless they are there from the same pins."""
    constraints = ROOT / "constraints.txt"
    stamp = BUNDLE / "installed.txt"
    state = hashlib.sha256(constraints.read_bytes() + " ".join(LIBRARIES).encode()).hexdigest()
    if stamp.exists() and stamp.read_text("utf-8") == state:
        return
    shutil.rmtree(BUNDLE, ignore_errors=True)
    quiet = ["--quiet", "--disable-pip-version-check", "--no-compile", "--no-deps"]
    # Wheels for any Python and any system are the only ones that pip may take here.
    pure = ["--only-binary", ":all:", "--implementation", "py", "--abi", "none", "--platform", "any"]
    where = ["--target", str(BUNDLE), "--constraint", str(constraints), "--python-version", "3.10"]
    command = [sys.executable, "-m", "pip", "install", *quiet, *pure, *where, *LIBRARIES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(done.stderr)
    compiled = [path.name for path in BUNDLE.rglob("*") if path.suffix in (".so", ".pyd")]
    if compiled:
        sys.exit(f"not pure Python: {', '.join(compiled)}")
    stamp.write_text(state, "utf-8")


def extension_files() -> Iterator[tuple[str, Path]]:
    """Every file of the extension: its name there, and where it is here."""
    for pattern in CONTENT:
        found = list(written_files(ROOT, pattern))
        if not found and "*" not in pattern:
            sys.exit(f"{pattern} is missing")
        yield from ((name.as_posix(), ROOT / name) for name in found)
    for name in written_files(BUNDLE, "**/*"):
        if not any(name.is_relative_to(unused) for unused in UNUSED):
            yield f"server/bundled/{name.as_posix()}", BUNDLE / name


def written_files(folder: Path, pattern: str) -> Iterator[Path]:
    """The files that match, counted from the folder, without what tools have left behind."""
    for path in sorted(folder.glob(pattern)):
        name = path.relative_to(folder)
        left_behind = any(part.startswith(".") or part == "__pycache__" for part in name.parts)
        if path.is_file() and not left_behind:
            yield name


def pack(target: Path, manifest: dict[str, Any], files: dict[str, Path]) -> None:
    """The archive: the two descriptions, then the files under `extension/`."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:

        def add(name: str, content: bytes) -> None:
            archive.writestr(zipfile.ZipInfo(name, SAME_TIME), content, zipfile.ZIP_DEFLATED)

        add("extension.vsixmanifest", vsix_manifest(manifest).encode())
        add("[Content_Types].xml", content_types(files).encode())
        for name, path in files.items():
            add(f"extension/{name}", path.read_bytes())


def vsix_manifest(manifest: dict[str, Any]) -> str:
    """What an editor reads before it unpacks the archive."""
    names = {"Id": manifest["name"], "Version": manifest["version"], "Publisher": manifest["publisher"]}
    identity = " ".join(f"{key}={quoteattr(value)}" for key, value in names.items())
    properties = {
        "Code.Engine": manifest["engines"]["vscode"],
        "Code.ExtensionKind": ",".join(manifest["extensionKind"]),
    }
    property_lines = "\n".join(
        f'<Property Id="Microsoft.VisualStudio.{key}" Value={quoteattr(value)}/>' for key, value in properties.items()
    )
    assets = {"package.json": "Code.Manifest", manifest["icon"]: "Services.Icons.Default", **TEXT_ASSETS}
    asset_lines = "\n".join(
        f'<Asset Type="Microsoft.VisualStudio.{kind}" Path="extension/{name}" Addressable="true"/>'
        for name, kind in assets.items()
    )
    return f"""<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
<Metadata>
<Identity Language="en-US" {identity}/>
<DisplayName>{escape(manifest["displayName"])}</DisplayName>
<Description xml:space="preserve">{escape(manifest["description"])}</Description>
<Tags>{escape(",".join(manifest["keywords"]))}</Tags>
<Categories>{escape(",".join(manifest["categories"]))}</Categories>
<Icon>extension/{escape(manifest["icon"])}</Icon>
<License>extension/LICENSE</License>
<Properties>
{property_lines}
</Properties>
</Metadata>
<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
<Dependencies/>
<Assets>
{asset_lines}
</Assets>
</PackageManifest>
"""


def content_types(files: dict[str, Path]) -> str:
    """The kind of content by file ending; files without one are named singly."""
    known = {".vsixmanifest": "text/xml", ".json": "application/json", ".js": "application/javascript"}
    known |= {".py": "text/x-python", ".md": "text/markdown", ".png": "image/png", ".txt": "text/plain"}
    endings = sorted({path.suffix.lower() for path in files.values() if path.suffix} | {".vsixmanifest"})
    lines = [
        f'<Default Extension="{ending}" ContentType="{known.get(ending, "application/octet-stream")}"/>'
        for ending in endings
    ]
    lines += [
        f'<Override PartName={quoteattr(f"/extension/{name}")} ContentType="text/plain"/>'
        for name, path in files.items()
        if not path.suffix
    ]
    opening = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    return "\n".join(['<?xml version="1.0" encoding="utf-8"?>', opening, *lines, "</Types>", ""])


if __name__ == "__main__":
    main()
