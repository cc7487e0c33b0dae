"""URIs of the editor and paths of documents."""

from __future__ import annotations

from pathlib import Path

from pygls.uris import from_fs_path, to_fs_path


def path_of(uri: str) -> str:
    """How a document is called: the path of a file; the URI itself where there is no file."""
    if not uri.startswith("file:"):
        return uri
    return to_fs_path(uri) or uri


def uri_of(path: str) -> str:
    """The URI of a document that the editor has not opened."""
    if "://" in path or path.startswith("untitled:"):
        return path
    return from_fs_path(str(Path(path).absolute())) or path
