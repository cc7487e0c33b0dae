"""Import statements, and the modules of the workspace that they lead to.

An imported module is walked in the same state as the program that imports it. What only defines
something is walked when its name is first looked up, and as if that had happened at the import: its
numbers come from the place in the module, so two branches that look up the same name bind the same.
"""

from __future__ import annotations

import ast
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from gradsight.autograd.events import Mode
from gradsight.document import Document
from gradsight.static import calls
from gradsight.static.layout import Layout, Unit
from gradsight.static.objects import NONE, UNKNOWN, Arguments, Const, Dotted, List, Module, Object, Tuple
from gradsight.static.project import Project
from gradsight.static.walker import BudgetSpent, Frame, Walker

logger = logging.getLogger(__name__)

_FIRST = -(1 << 120)
_PER_MODULE = 1 << 80
_PER_CHUNK = 1 << 40
_MOST_IMPORTED = 8_000
_MOST_IMPORTED_ALONE = 1_000
"""What the top level of other modules may cost within one statement, or one function that nobody calls: what lies
behind is unknown then, so that big packages leave enough for the file itself."""
_STARS = "<stars>"
"""In the scope of a module: its `from ... import *` have been walked."""


# --- import statements -------------------------------------------------------------------------


def bind(w: Walker, statement: ast.Import | ast.ImportFrom) -> None:
    """Walks an import statement."""
    for alias in statement.names:
        if w.live is not None:
            _bind_one(w, statement, alias)


def _bind_one(w: Walker, statement: ast.Import | ast.ImportFrom, alias: ast.alias) -> None:
    if isinstance(statement, ast.Import):
        _bind_module(w, alias)
    elif alias.name == "*":
        _bind_all(w, statement)
    else:
        w.bind(alias.asname or alias.name, _imported(w, statement, alias.name))


def _bind_module(w: Walker, alias: ast.alias) -> None:
    first, *rest = alias.name.split(".")
    module = top = load(w, first, 0)
    for part in rest:
        module = _submodule(w, module, part) if module is not None else None
    if top is None:
        w.bind(alias.asname or first, Dotted(alias.name if alias.asname is not None else first))
    elif alias.asname is not None:
        w.bind(alias.asname, module or UNKNOWN)
    else:
        w.bind(first, top)


def _imported(w: Walker, statement: ast.ImportFrom, name: str) -> Object:
    """What `from ... import name` gives."""
    module = load(w, statement.module or "", statement.level)
    if module is not None:
        return attribute(w, module, name)
    if statement.level or statement.module is None:
        return UNKNOWN
    return calls.canonical(f"{statement.module}.{name}")


def _bind_all(w: Walker, statement: ast.ImportFrom) -> None:
    module = load(w, statement.module or "", statement.level)
    if module is None:
        if not statement.level:
            calls.star_import(w, statement.module or "")
        return
    imports = _of(w)
    layout = imports.layout(module.path)
    listed = _listed(w, attribute(w, module, "__all__")) if layout is not None and "__all__" in layout.late else None
    if layout is None:
        return
    _walk_stars(w, module.scope, layout)
    names = listed if listed is not None else [*layout.late, *(w.state.scopes.get(module.scope) or ())]
    for name in dict.fromkeys(names):
        if listed is not None or not name.startswith(("_", "<")):
            w.bind(name, attribute(w, module, name))


def _listed(w: Walker, item: Object) -> list[str] | None:
    found = w.deref(item, List)
    if found is not None and found.rest is not None:
        return None
    items = found.items if found is not None else item.items if isinstance(item, Tuple) else ()
    names = [part.value for part in items if isinstance(part, Const) and isinstance(part.value, str)]
    return names if names and len(names) == len(items) else None


def surely(w: Walker, body: Sequence[ast.stmt]) -> bool:
    """Whether statements do nothing but import modules of the workspace: that cannot fail."""
    imports = w.imports
    if not isinstance(imports, Imports):
        return False
    for statement in body:
        if isinstance(statement, ast.Import):
            wanted = [(alias.name, 0) for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            wanted = [(statement.module or "", statement.level)]
        else:
            return False
        if not all(imports.project.find(name, level, w.frame.path, imports.entry.path) for name, level in wanted):
            return False
    return True


# --- modules -----------------------------------------------------------------------------------


def load(w: Walker, name: str, level: int) -> Module | None:
    """The workspace module that the code being walked imports; None if it is none."""
    imports = w.imports
    if not isinstance(imports, Imports):
        return None
    path = imports.project.find(name, level, w.frame.path, imports.entry.path)
    return None if path is None else _begin(w, imports, path)


def attribute(w: Walker, module: Module, name: str) -> Object:
    """`module.name`."""
    found = w.global_name(module.scope, name)
    return found or _submodule(w, module, name) or UNKNOWN


def _submodule(w: Walker, module: Module, name: str) -> Module | None:
    imports = _of(w)
    path = imports.project.submodule(module.path, name)
    return None if path is None else _begin(w, imports, path)


def _of(w: Walker) -> Imports:
    assert isinstance(w.imports, Imports)
    return w.imports


def _begin(w: Walker, imports: Imports, path: str) -> Module:
    """The module in a file; walks what its import does, the first time."""
    module = Module(path, imports.project.scope(path))
    if module.scope in w.state.scopes:
        return module
    w.state.scopes[module.scope] = {"__name__": Const(f"<{path}>")}
    layout = imports.layout(path)
    if layout is None:
        return module
    at_once = layout.now
    if layout.imports and imports.project.switches_grad_mode(path, imports.entry.path):
        at_once = tuple(sorted({*layout.imports, *at_once}))  # in their order, then, as when the program runs
    for index in at_once:
        _walk_chunk(w, module.scope, index, None, at_once=True)
    return module


@dataclass
class Imports:
    """Follows the imports of one walk."""

    project: Project
    entry: Document
    strict: bool
    documents: dict[str, Document] = field(default_factory=dict)
    """The modules that were looked at, by path."""
    generation: int = field(init=False)
    _walking: set[tuple[int, Unit]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.generation = self.project.generation

    def document(self, path: str) -> Document | None:
        """A module's text, the same throughout the walk."""
        if path == self.entry.path:
            return self.entry
        found = self.documents.get(path)
        if found is None:
            found = self.project.document(path)
            if found is not None:
                self.documents[path] = found
        return found

    def layout(self, path: str) -> Layout | None:
        """What a module binds; None for a folder and for what cannot be read."""
        document = self.document(path)
        return None if document is None else self.project.layout(document)

    def follows_as(self, earlier: Imports) -> bool:
        """Whether imports lead where they led in an earlier walk, to the same texts."""
        return (
            earlier.project is self.project
            and earlier.generation == self.generation
            and all(self.project.document(path) is document for path, document in earlier.documents.items())
        )

    def by_name(self, w: Walker, arguments: Arguments) -> Object:
        """`importlib.import_module(name)`."""
        name = arguments.get(0, "name")
        if not isinstance(name, Const) or not isinstance(name.value, str):
            return UNKNOWN
        first, *rest = name.value.split(".")
        module = load(w, first, 0)
        for part in rest:
            module = _submodule(w, module, part) if module is not None else None
        return module or UNKNOWN

    def late(self, w: Walker, scope: int, name: str) -> Object | None:
        """What a name of an imported module holds that nobody looked up before."""
        layout = self.layout(self.project.path_of(scope))
        if layout is None:
            return None
        unit = layout.late.get(name)
        if unit is None:
            _walk_stars(w, scope, layout)
        elif (scope, unit) not in self._walking:
            self._walking.add((scope, unit))
            try:
                for index in unit.chunks:
                    _walk_chunk(w, scope, index, unit.alias, at_once=False)
            finally:
                self._walking.discard((scope, unit))
            w.state.scopes.setdefault(scope, {}).setdefault(name, UNKNOWN)
        names = w.state.scopes.get(scope)
        return names.get(name) if names is not None else None


def _walk_stars(w: Walker, scope: int, layout: Layout) -> None:
    names = w.state.scopes.get(scope)
    if not layout.stars or names is None or _STARS in names:
        return
    names[_STARS] = NONE
    for unit in layout.stars:
        _walk_chunk(w, scope, unit.chunks[0], unit.alias, at_once=False)


def _walk_chunk(w: Walker, scope: int, index: int, alias: tuple[int, int] | None, *, at_once: bool) -> None:
    """Walks a top-level statement of an imported module, or one part of an import statement."""
    imports = _of(w)
    path = imports.project.path_of(scope)
    document = imports.document(path)
    if document is None or w.live is None or w.imported > (_MOST_IMPORTED_ALONE if w.alone else _MOST_IMPORTED):
        return
    budget, before_it = w.budget, w.imported
    chunk = document.chunks[index].chunk
    before = w.state.fork() if _may_end(chunk.body) else w.state
    frames, called, branch, modes = w.frames, w.calls, w.branch, w.state.modes
    w.frames, w.calls, w.branch = [Frame(scope, path, chunk.serial)], (), ()
    if not at_once:
        w.state.modes = ((Mode.ENABLED, None),)
    try:
        with w.recorder.numbered_from(_FIRST - scope * _PER_MODULE + index * _PER_CHUNK):
            if alias is None:
                w.execute_block(w, chunk.body)
            else:
                statement = chunk.body[alias[0]]
                assert isinstance(statement, ast.Import | ast.ImportFrom)
                _bind_one(w, statement, statement.names[alias[1]])
    except (BudgetSpent, RecursionError):
        raise
    except Exception:
        if imports.strict:
            raise
        logger.exception("%s: a statement could not be walked", path)
        w.live = None
    finally:
        w.frames, w.calls, w.branch = frames, called, branch
        w.imported = before_it + budget - w.budget
    if w.live is None:
        w.live = before
    if not at_once:
        w.state.modes = modes


def _may_end(body: Sequence[ast.stmt]) -> bool:
    """Whether the path may end there, by an exception."""
    return not all(isinstance(each, ast.FunctionDef | ast.Import | ast.ImportFrom) for each in body)
