"""Writes the data file, with equal parts kept once, and compares two measurements in readable form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import torch

from gradsight.autograd.op_facts import DATA_FILE

if TYPE_CHECKING:
    from .measure import Measured

__all__ = ["DATA_FILE", "differences", "packed"]


class Table:
    """A list in which equal entries are kept once."""

    def __init__(self) -> None:
        self.entries: list[Any] = []
        self._places: dict[str, int] = {}

    def add(self, entry: Any) -> int:
        key = json.dumps(entry, sort_keys=True)
        if key not in self._places:
            self._places[key] = len(self.entries)
            self.entries.append(entry)
        return self._places[key]


def packed(measured: Measured) -> str:
    """The text of the data file: one table a line, names in order, so that a change shows in few lines."""
    signatures, rows, entries, contents = Table(), Table(), Table(), Table()

    def indexed(tree: Any, table: Table) -> Any:
        if isinstance(tree, list) and isinstance(tree[1], dict):
            return [tree[0], {name: indexed(branch, table) for name, branch in sorted(tree[1].items())}]
        return table.add(tree)

    ops = {
        name: entries.add([signatures.add(text), indexed(tree, rows)])
        for name, (text, tree) in sorted(measured.ops.items())
    }
    modules = {
        name: [signatures.add(call), signatures.add(constructor), indexed(tree, rows), indexed(inside, contents)]
        for name, (call, constructor, tree, inside) in sorted(measured.modules.items())
    }
    tables = {
        "torch": re.sub(r"\+.*", "", torch.__version__),
        "signatures": signatures.entries,
        "rows": rows.entries,
        "entries": entries.entries,
        "contents": contents.entries,
        "ops": ops,
        "modules": modules,
    }
    return "{\n" + ",\n".join(f'"{key}": {_written(value)}' for key, value in tables.items()) + "\n}\n"


def _written(value: Any) -> str:
    def compact(part: Any) -> str:
        return json.dumps(part, separators=(",", ":"), ensure_ascii=False)

    if isinstance(value, list):
        return "[\n" + ",\n".join(map(compact, value)) + "\n]"
    return compact(value)


def differences(text: str) -> list[str]:
    """How a new measurement differs from the file, one line per name and fact."""
    old = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    new = json.loads(text)
    lines = [] if old["torch"] == new["torch"] else [f"torch: {old['torch']} -> {new['torch']}"]
    for section in ("ops", "modules"):
        for name in sorted({*old[section], *new[section]}):
            if name not in new[section]:
                lines.append(f"{name}: no longer measured")
            elif name not in old[section]:
                lines.append(f"{name}: new")
            else:
                before = dict(_unfolded(old, section, name))
                after = dict(_unfolded(new, section, name))
                for where in sorted({*before, *after}):
                    if before.get(where) != after.get(where):
                        lines.append(f"{name} {where}: {before.get(where, 'nothing')} -> {after.get(where, 'nothing')}")
    return lines


def _unfolded(data: dict[str, Any], section: str, name: str) -> Iterator[tuple[str, str]]:
    """An entry as (the way to a fact, the fact)."""

    def follow(tree: Any, table: list[Any], way: str) -> Iterator[tuple[str, str]]:
        if isinstance(tree, int):
            found = table[tree]
            for key, value in found.items() if isinstance(found, dict) else [("contents", found)]:
                yield f"{way}{key}", json.dumps(value, ensure_ascii=False)
        else:
            for category, branch in tree[1].items():
                yield from follow(branch, table, f"{way}{tree[0]}={category} ")

    if section == "ops":
        signature, tree = data["entries"][data["ops"][name]]
        yield from follow(tree, data["rows"], "")
    else:
        signature, constructor, tree, inside = data["modules"][name]
        yield "constructor", data["signatures"][constructor]
        yield from follow(tree, data["rows"], "")
        yield from follow(inside, data["contents"], "")
    yield "signature", data["signatures"][signature]
