"""The files around a document: which one an import means, and what it says now.

Most imports are found by looking at folders. What that does not find, though the workspace has a
file of that name somewhere (a program that changes `sys.path`), jedi is asked, once. Nothing outside
the workspace is ever read, and nothing of it is run.
"""

from __future__ import annotations

import logging
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from gradsight import sources
from gradsight.document import Document
from gradsight.static.layout import Layout, layout_of
from gradsight.static.outline import Outline, outline_of
from gradsight.static.paths import absolute, is_inside, key_of, stamp_of

logger = logging.getLogger(__name__)

_KEPT_TEXT = 6_000_000
"""Characters of the texts that are kept parsed; beyond that the ones that were used longest ago are forgotten."""
_MARKS_OF_A_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_HIGHEST = 8
"""How many folders upwards the top of a project is looked for."""
_NOT_OURS = frozenset({"site-packages", "dist-packages", "node_modules", "__pycache__", "venv", "env"})
_NEVER = frozenset({"torch", "numpy", "builtins", "__future__"})
_MOST_FOLDERS = 2_000
_MOST_REMEMBERED = 100_000
"""Imports whose way is remembered: in a big package every folder finds the same modules by ways of its own."""
_MOST_SEARCHED = 40
_CHANGES_THE_PATH = re.compile(r"^[ \t]*(?:import\b|from\b|sys\.path\b|site\.addsitedir\b)[^\n]*", re.MULTILINE)

Unsaved = Callable[[str], "str | None"]
"""The text that an editor has open under a path; None where it has none."""


@dataclass
class _Kept:
    stamp: tuple[int, int] | None
    """When the file was written and how long it is; None for an unsaved text."""
    document: Document


class Project:
    """Finds and reads the modules of workspaces. One for many documents; used by one thread at a time."""

    def __init__(self, roots: Iterable[str] = (), unsaved: Unsaved | None = None, *, closed: bool = False) -> None:
        """`roots` are folders of the workspace; with `closed` nothing above them belongs to it."""
        self._roots = [str(Path(root).absolute()) for root in roots]
        self._closed = closed
        self.unsaved = unsaved
        self._entry: Document | None = None
        self._named: dict[str, str] = {}
        self._documents: OrderedDict[str, _Kept] = OrderedDict()
        self._characters = 0
        self._layouts: WeakKeyDictionary[Document, Layout] = WeakKeyDictionary()
        self._outlines: dict[str, tuple[object, Outline | None]] = {}
        self._scopes: dict[str, int] = {}
        self._paths: list[str] = []
        self.generation = 0
        """Grows when files may have come or gone."""
        self._forget_folders()

    # --- names of files ----------------------------------------------------------------------

    def begin(self, document: Document) -> None:
        """The program that starts with this document is read now."""
        self.name(document.path)
        self._entry = document
        if len(self._found) > _MOST_REMEMBERED:
            for memory in (self._found, self._edges, self._switches):
                memory.clear()
        if self.unsaved is not None:
            self._switches.clear()  # any text may be another one by now

    def name(self, path: str) -> None:
        """Says how a file is called: whoever finds it by an import calls it the same."""
        self._named[key_of(path)] = path

    def files_changed(self) -> None:
        """Files may have come or gone."""
        self.generation += 1
        self._forget_folders()

    def _forget_folders(self) -> None:
        self._listings: dict[str, frozenset[str]] = {}
        self._found: dict[tuple[str, int, str, str], str | None] = {}
        self._switches: dict[tuple[str, str], bool] = {}
        self._edges: dict[tuple[str, str], tuple[Outline, tuple[str, ...]]] = {}
        self._told: dict[tuple[str, str, tuple[str, ...]], str | None] = {}
        self._root_of: dict[str, str | None] = {}
        self._anywhere: dict[str, frozenset[str]] = {}

    def scope(self, path: str) -> int:
        """The number of a module's scope: negative, and always the same for a path."""
        number = self._scopes.get(path)
        if number is None:
            self._paths.append(path)
            number = self._scopes[path] = -len(self._paths)
        return number

    def path_of(self, scope: int) -> str:
        """The module that a scope belongs to."""
        return self._paths[-scope - 1]

    # --- texts -------------------------------------------------------------------------------

    def document(self, path: str) -> Document | None:
        """A module as it is now; None for a folder and for what cannot be read."""
        kept = self._documents.get(path)
        text = self.unsaved(path) if self.unsaved is not None else None
        if text is not None:
            if kept is None or kept.document.text != text:
                document = Document.from_text(path, text) if kept is None else kept.document.edited(text)
                kept = self._keep(path, _Kept(None, document))
            return kept.document
        stamp = stamp_of(path)
        if stamp is None:
            self._forget(path)
            return None
        if kept is None or kept.stamp != stamp:
            try:
                document = sources.read(Path(path))
            except (sources.CannotRead, RecursionError, ValueError):
                self._forget(path)
                return None
            kept = self._keep(path, _Kept(stamp, document))
        self._documents.move_to_end(path)
        return kept.document

    def layout(self, document: Document) -> Layout:
        """What the top level of a document binds."""
        known = self._layouts.get(document)
        if known is None:
            known = self._layouts[document] = layout_of(document)
        return known

    def _keep(self, path: str, kept: _Kept) -> _Kept:
        self._forget(path)
        self._documents[path] = kept
        self._characters += len(kept.document.text)
        while self._characters > _KEPT_TEXT and len(self._documents) > 1:
            self._forget(next(iter(self._documents)))
        return kept

    def _forget(self, path: str) -> None:
        kept = self._documents.pop(path, None)
        if kept is not None:
            self._characters -= len(kept.document.text)

    # --- imports -----------------------------------------------------------------------------

    def find(self, name: str, level: int, importer: str, entry: str) -> str | None:
        """The module that `importer` means by `name` after `level` dots, in a program started as `entry`.

        The path of its file, or of its folder where a package has no `__init__.py`; None where it lies
        outside the workspace or nowhere.
        """
        here, start = os.path.dirname(importer), os.path.dirname(entry)  # noqa: PTH120 - names, not files
        key = (name, level, here, start)
        if key not in self._found:
            try:
                self._found[key] = self._search(name, level, importer, entry)
            except Exception:  # whatever a file system may say
                logger.exception("%s: the import of %s could not be followed", importer, name)
                self._found[key] = None
        if self._found[key] is None and not level:
            return self._elsewhere(name, importer, entry)
        return self._found[key]

    def submodule(self, package: str, name: str) -> str | None:
        """The module `name` inside a package, given by its file or folder."""
        folder = package if not package.endswith(".py") else os.path.dirname(package)  # noqa: PTH120
        if package.endswith(".py") and os.path.basename(package) != "__init__.py":  # noqa: PTH119
            return None
        return self._shown(self._below(absolute(folder), [name], namespaces=True))

    def _search(self, name: str, level: int, importer: str, entry: str) -> str | None:
        parts = name.split(".") if name else []
        root = self._root(os.path.dirname(absolute(entry)))  # noqa: PTH120
        if root is None or not all(part.isidentifier() for part in parts):
            return None
        if level:
            folder = os.path.dirname(absolute(importer))  # noqa: PTH120
            for _ in range(level - 1):
                folder = os.path.dirname(folder)  # noqa: PTH120
            if not is_inside(folder, root):
                return None
            if not parts:
                return self._shown(self._package(folder))
            return self._shown(self._below(folder, parts, namespaces=True))
        if not parts or parts[0] in _NEVER:
            return None
        folders = list(dict.fromkeys(self._search_path(importer, entry, root, parts[0])))
        for namespaces in (False, True):
            for folder in folders:
                if found := self._below(folder, parts, namespaces=namespaces):
                    return self._shown(found)
        return None

    def _search_path(self, importer: str, entry: str, root: str, first: str) -> Iterator[str]:
        """The folders in which an absolute import is looked for, as `sys.path` would have them."""
        start = os.path.dirname(absolute(entry))  # noqa: PTH120
        if "__init__.py" not in self._listing(start):
            yield start  # a script: its folder comes first, even before the standard library
        if first in sys.stdlib_module_names:
            return
        for of in (entry, importer):
            folder = os.path.dirname(absolute(of))  # noqa: PTH120
            while is_inside(folder, root):
                if "__init__.py" not in self._listing(folder):
                    yield folder
                    yield os.path.join(folder, "src")  # noqa: PTH118
                folder = os.path.dirname(folder)  # noqa: PTH120
        yield start  # started from within a package: its siblings are found then

    def _below(self, folder: str, parts: list[str], *, namespaces: bool) -> str | None:
        found: str | None = None
        for number, part in enumerate(parts):
            names = self._listing(folder)
            inner = os.path.join(folder, part)  # noqa: PTH118
            if part in names and "__init__.py" in self._listing(inner):
                folder, found = inner, os.path.join(inner, "__init__.py")  # noqa: PTH118
            elif f"{part}.py" in names:
                return f"{inner}.py" if number == len(parts) - 1 else None
            elif namespaces and part in names and part not in _NOT_OURS and self._listing(inner):
                folder = found = inner
            else:
                return None
        return found

    def _package(self, folder: str) -> str:
        init = os.path.join(folder, "__init__.py")  # noqa: PTH118
        return init if "__init__.py" in self._listing(folder) else folder

    def _listing(self, folder: str) -> frozenset[str]:
        names = self._listings.get(folder)
        if names is None:
            try:
                names = frozenset(os.listdir(folder))  # noqa: PTH208 - names are what is wanted
            except (OSError, ValueError):
                names = frozenset()
            self._listings[folder] = names
        return names

    # --- what lies behind imports --------------------------------------------------------------

    def leads_to_torch(self, document: Document) -> bool:
        """Whether a text that does not speak of torch runs something of modules that do."""
        if "import" not in document.text:
            return False
        if "__main__" not in document.text and not self.layout(document).now:
            return False  # it only defines things
        behind = self._behind(document.path, outline_of(document.code), document.path)
        return any(outline.speaks_of_torch for outline in behind)

    def switches_grad_mode(self, path: str, entry: str) -> bool:
        """Whether importing a module, or what it imports, switches grad mode for everybody."""
        key = path, os.path.dirname(entry)  # noqa: PTH120
        known = self._switches.get(key)
        if known is None:
            outline = self._outline(path)
            behind = self._behind(path, outline, entry) if outline is not None else ()
            known = self._switches[key] = any(each.switches_grad_mode for each in behind)
        return known

    def _behind(self, path: str, outline: Outline, entry: str) -> Iterator[Outline]:
        """The outlines of a module and of the nearest ones that it imports."""
        seen = {path}
        waiting = [(path, outline)]
        while waiting:
            here, outline = waiting.pop(0)
            yield outline
            for found in self._imported(here, outline, entry):
                if found not in seen and len(seen) < _MOST_SEARCHED:
                    seen.add(found)
                    inner = self._outline(found)
                    if inner is not None:
                        waiting.append((found, inner))

    def _imported(self, path: str, outline: Outline, entry: str) -> tuple[str, ...]:
        """The modules that a module imports."""
        key = path, os.path.dirname(entry)  # noqa: PTH120
        known = self._edges.get(key)
        if known is None or known[0] is not outline:
            found = (self.find(name, level, path, entry) for name, level in outline.imports)
            known = self._edges[key] = outline, tuple(dict.fromkeys(each for each in found if each is not None))
        return known[1]

    def _outline(self, path: str) -> Outline | None:
        text = self.unsaved(path) if self.unsaved is not None else None
        stamp: object = text if text is not None else stamp_of(path)
        kept = self._outlines.get(path)
        if kept is None or kept[0] != stamp:
            if text is None and stamp is not None:
                try:
                    text = Path(path).read_bytes().decode("utf-8", "replace")
                except OSError:
                    stamp = None
            kept = self._outlines[path] = stamp, None if text is None else outline_of(text)
        return kept[1]

    # --- the workspace -----------------------------------------------------------------------

    def _root(self, folder: str) -> str | None:
        """The top of the workspace that a folder belongs to."""
        if folder not in self._root_of:
            self._root_of[folder] = self._find_root(folder)
        return self._root_of[folder]

    def _find_root(self, folder: str) -> str | None:
        given = [root for root in self._roots if is_inside(folder, root)]
        if self._closed and self._roots:
            return min(given, key=len, default=None)
        top = package = folder
        while "__init__.py" in self._listing(top) and os.path.dirname(top) != top:  # noqa: PTH120
            top, package = os.path.dirname(top), top  # noqa: PTH120
        if os.path.basename(top) in _NOT_OURS:  # noqa: PTH119
            return package  # an installed one: those beside it belong to others
        above = top
        for _ in range(_HIGHEST):
            if self._listing(above).intersection(_MARKS_OF_A_PROJECT):
                top = above
                break
            above = os.path.dirname(above)  # noqa: PTH120
        return min([top, *given], key=len)

    def _shown(self, found: str | None) -> str | None:
        """A file under the name that it has elsewhere; None where it is not of the workspace."""
        if found is None:
            return None
        root = self._root(os.path.dirname(found))  # noqa: PTH120
        if root is None or any(part in _NOT_OURS or part.startswith(".") for part in Path(found[len(root) :]).parts):
            return None
        return self._named.get(key_of(found), found)

    def _names_anywhere(self, root: str) -> frozenset[str]:
        """What files and folders of a workspace are called: no import of another name can mean one of them."""
        if root not in self._anywhere:
            names: set[str] = set()
            for number, (parent, folders, files) in enumerate(os.walk(root)):
                folders[:] = [name for name in folders if name not in _NOT_OURS and not name.startswith(".")]
                folders[:] = [name for name in folders if not Path(parent, name, "pyvenv.cfg").is_file()]
                names.update(folders, (name[:-3] for name in files if name.endswith(".py")))
                if number > _MOST_FOLDERS:
                    break
            self._anywhere[root] = frozenset(names)
        return self._anywhere[root]

    def _elsewhere(self, name: str, importer: str, entry: str) -> str | None:
        """A module that only a change of `sys.path` lets an import find."""
        first = name.partition(".")[0]
        root = self._root(os.path.dirname(absolute(entry)))  # noqa: PTH120
        if root is None or first in sys.stdlib_module_names or first in _NEVER:
            return None
        if first not in self._names_anywhere(root):
            return None
        texts = [self._entry.code if self._entry is not None and self._entry.path == entry else ""]
        if importer != entry and (document := self.document(importer)) is not None:
            texts.append(document.code)
        lines = tuple(match.group().strip() for text in texts for match in _CHANGES_THE_PATH.finditer(text))
        if not any(line.startswith(("sys.path", "site.")) for line in lines):
            return None
        key = (name, entry, lines)
        if key not in self._told:
            try:
                self._told[key] = self._shown(self._asked_of_jedi(name, lines, entry, root))
            except Exception:  # it is big, and texts are odd
                logger.exception("%s: jedi could not find %s", importer, name)
                self._told[key] = None
        return self._told[key]

    def _asked_of_jedi(self, name: str, lines: tuple[str, ...], entry: str, root: str) -> str | None:
        import jedi  # not before a file needs it: it takes longer than reading most files

        code = "\n".join(line for line in lines if not line.endswith(("(", "\\")))
        code += f"\nimport {name}"
        around = jedi.Project(root, sys_path=[os.path.dirname(os.__file__)])  # noqa: PTH120
        script = jedi.Script(code, path=absolute(entry), project=around, environment=jedi.InterpreterEnvironment())
        last = code.count("\n") + 1
        for found in script.goto(last, len("import ") + len(name), follow_imports=True):
            path = absolute(str(found.module_path or ""))
            if found.type == "module" and path.endswith(".py") and is_inside(path, root):
                return path
        return None
