"""Writes what is made from the code, or with `--check` says which of those files are out of date.

The settings in package.json, docs/settings.md, a page for each check in docs/checks, and the table in README.md.
"""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from gradsight.checks import all_checks
from gradsight.checks.define import Check
from gradsight.finding import Severity
from gradsight.settings import configuration_schema, settings_page

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "checks"
WIDTH = 120
CONSEQUENCE = {
    Severity.ERROR: "PyTorch raises",
    Severity.WARNING: "trains wrongly, silently",
    Severity.INFORMATION: "legal, but surprises",
    Severity.HINT: "fragile, works today",
}


def main() -> int:
    """Compares or writes every generated file; 1 if `--check` finds an old one."""
    only_check = "--check" in sys.argv[1:]
    files = generated()
    old = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    gone = sorted(set(PAGES.glob("*.md")) - files.keys())
    names = ", ".join(path.relative_to(ROOT).as_posix() for path in [*old, *gone])
    if only_check and names:
        print(f"out of date: {names}\nrun: python3 dev.py generate")
        return 1
    for path in old:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8", newline="\n")
    for path in gone:
        path.unlink()
    print(f"written: {names}" if names else "all up to date")
    return 0


def generated() -> dict[Path, str]:
    """Every generated file with the text that it should have."""
    files = {ROOT / "package.json": package_json(), ROOT / "docs" / "settings.md": settings_page()}
    files |= {PAGES / f"{check.name}.md": check_page(check) for check in all_checks()}
    files[PAGES / "README.md"] = "# Checks\n\n" + check_table("")
    readme = ROOT / "README.md"
    files[readme] = between(readme.read_text("utf-8"), "checks", check_table("docs/checks/"))
    return files


def package_json() -> str:
    """package.json with the settings that the server declares."""
    text = (ROOT / "package.json").read_text("utf-8")
    # Only this one part is rewritten: the rest keeps the layout that a person gave it.
    at = text.index('    "configuration": ') + len('    "configuration": ')
    _, length = json.JSONDecoder().raw_decode(text[at:])
    return text[:at] + laid_out(configuration_schema(), "    ") + text[at + length :]


def laid_out(value: object, indent: str) -> str:
    """JSON as a person would write it: on one line what fits there, long lists of words filled up like prose."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, dict):
        parts = [f"{deeper}{json.dumps(key)}: {laid_out(each, deeper)}" for key, each in value.items()]
        return "{\n" + ",\n".join(parts) + f"\n{indent}}}"
    if all(isinstance(each, str) for each in value):
        # None of the words has a space in it, so that lines break between them only.
        lines = textwrap.wrap(line[1:-1], WIDTH - len(deeper), break_on_hyphens=False)
        filled = textwrap.indent("\n".join(lines), deeper)
    else:
        filled = ",\n".join(deeper + laid_out(each, deeper) for each in value)
    return f"[\n{filled}\n{indent}]"


def check_page(check: Check) -> str:
    """The page of one check: its docstring under its code and name."""
    title, _, rest = (check.page or "").strip().partition("\n")
    how = {(True, True): "reading and by running", (True, False): "reading", (False, True): "running"}
    found = f"{check.severity.value} · found by {how[check.static, check.probe]} the program"
    return f"# {check.code} · {check.name}\n\n*{found}*\n\n{title}\n{rest}\n"


def check_table(folder: str) -> str:
    """All checks, one per line, linked to their pages."""
    return "".join(table_rows(folder))


def table_rows(folder: str) -> Iterator[str]:
    """The lines of the table."""
    yield "| code | name | what it finds | consequence |\n| --- | --- | --- | --- |\n"
    for check in all_checks():
        title = check.title.rstrip(".").replace("|", "\\|")
        yield f"| {check.code} | [{check.name}]({folder}{check.name}.md) | {title} | {CONSEQUENCE[check.severity]} |\n"


def between(text: str, name: str, content: str) -> str:
    """`text` with what stands between the two comments called `name` replaced."""
    start, end = f"<!-- {name}: generated -->\n", f"<!-- {name}: end -->"
    head, _, rest = text.partition(start)
    _, found, tail = rest.partition(end)
    if not found:
        sys.exit(f"README.md lacks the lines {start.strip()} and {end}")
    return f"{head}{start}{content}{end}{tail}"


if __name__ == "__main__":
    sys.exit(main())
