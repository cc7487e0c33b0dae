"""How the file at hand calls what PyTorch calls `torch.something`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from gradsight.document import Document
from gradsight.text import Place


def local_name(document: Document, dotted: str, place: Place | None = None) -> str | None:
    """The shortest spelling of `dotted` that the imports of the file allow at `place`; None if none does."""
    shadowed: set[str] = set()
    imports = dict[str, str]()
    inside_function = False
    found = document.find(place.range) if place is not None else None
    if found is not None:
        for node in (*found.parents, found.node):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                inside_function = True
                arguments = node.args
                every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
                shadowed.update(each.arg for each in (*every, arguments.vararg, arguments.kwarg) if each is not None)
                if not isinstance(node, ast.Lambda):
                    imports |= dict(_imports(node.body))
    for placed in document.chunks:
        if place is not None and not inside_function and placed.line > place.range.start.line:
            break
        for name, target in _imports(placed.chunk.body):
            imports.setdefault(name, target)
    spellings = [
        name + dotted[len(target) :]
        for name, target in imports.items()
        if name not in shadowed and (dotted == target or dotted.startswith(target + "."))
    ]
    return min(spellings, key=len, default=None)


def imported_as(document: Document, name: str) -> str | None:
    """What a name stands for if an import of the file binds it: `torch.nn.functional` for `F`."""
    for placed in document.chunks:
        for local, target in _imports(placed.chunk.body):
            if local == name:
                return target
    return None


def _imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, str]]:
    """(local name, what it stands for) of the imports in a block, also in `if` and `try`."""
    for statement in body:
        match statement:
            case ast.Import(names=names):
                for each in names:
                    yield (each.asname, each.name) if each.asname else (each.name.split(".")[0],) * 2
            case ast.ImportFrom(module=str(module), names=names, level=0):
                for each in names:
                    if each.name != "*":
                        yield each.asname or each.name, f"{module}.{each.name}"
            case ast.If(body=inner, orelse=other) | ast.Try(body=inner, orelse=other):
                yield from _imports([*inner, *other])
            case ast.With(body=inner):
                yield from _imports(inner)
            case _:
                pass
