"""Parsing that does not give up: a statement that is broken costs only itself.

Broken statements are replaced by stand-ins on the same lines until the rest parses, so that every
intact statement keeps its exact place. The stand-in of a header that has a body keeps the body
where it is: `for`, `with`, `if` and the rest over the unknown name `STAND_IN`, a function with
unknown parameters, a class with an unknown base.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable

from gradsight.syntax.lines import BLANK, HEADER_END, LineScanner, Logical
from gradsight.text import Encoding, Range

STAND_IN = "__broken__"
"""The name in the stand-ins of broken headers; no program defines it, so what it means is unknown."""

_NAME = "<gradsight>"
# What the parser raises, besides SyntaxError: for NUL characters and lone surrogates, and for code nested too deep.
_FAILURES = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
_ROUNDS = 12
_MOST_TRIED = 3000
_FEW_ROUNDS = 4
_CANNOT_BE_READ = re.compile("[\0\ud800-\udfff]")
_HEADER_IN_MESSAGE = re.compile(r"expected an indented block.* on line (\d+)")
_KEYWORD = re.compile(r"[ \t\f]*(?:async[ \t]+)?([a-z]+|@)")
_NAMED = re.compile(r"[ \t\f]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_STAND_INS = {
    "@": f"@{STAND_IN}",
    "if": f"if {STAND_IN}:",
    "elif": f"elif {STAND_IN}:",
    "else": "else:",
    "for": f"while {STAND_IN}:",
    "while": f"while {STAND_IN}:",
    "with": f"with {STAND_IN}:",
    "try": "try:",
    "except": f"except {STAND_IN}:",
    "finally": "finally:",
    "match": f"match {STAND_IN}:",
    "case": "case _:",
}
_SURROUNDINGS = {
    "@": "{}\ndef f(): pass",
    "elif": "if 1: pass\n{}",
    "else": "if 1: pass\n{}",
    "except": "try: pass\n{}",
    "finally": "try: pass\n{}",
    "try": "{}\nfinally: pass",
    "case": "match 1:\n {}",
    "match": "{}\n case 1: pass",
}
"""What has to stand around a header to try it alone."""

# The parser warns about odd but valid code (`"\d"`, `1 is 1`); that is for other tools to say.
warnings.filterwarnings("ignore", module=re.escape(_NAME))


def parse(text: str) -> tuple[tuple[ast.stmt, ...], tuple[Range, ...]]:
    """The statements of `text`, with columns in code points, and the ranges of those that do not parse."""
    readable = _CANNOT_BE_READ.sub("?", text)
    if readable.startswith("\ufeff"):
        # A form feed is as wide as the mark and is no indentation.
        readable = "\f" + readable[1:]
    lines = readable.split("\n")
    broken: tuple[Range, ...] = ()
    try:
        body = _strict(readable)
    except _FAILURES:
        patient = _Patient(lines)
        body, broken = patient.heal(), patient.broken()
    if not text.isascii():
        _to_code_points(body, lines)
    return tuple(body), broken


def _strict(text: str) -> list[ast.stmt]:
    return compile(text, _NAME, "exec", ast.PyCF_ONLY_AST, dont_inherit=True).body  # type: ignore[attr-defined,no-any-return]


def _to_code_points(body: Iterable[ast.stmt], lines: list[str]) -> None:
    """Converts the columns of all nodes from UTF-8 bytes."""
    tables: dict[int, list[int] | None] = {}
    for statement in body:
        for node in ast.walk(statement):
            if not isinstance(
                node, (ast.expr, ast.stmt, ast.arg, ast.keyword, ast.alias, ast.excepthandler, ast.pattern)
            ):
                continue
            node.col_offset = _column(tables, lines, node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset = _column(tables, lines, node.end_lineno, node.end_col_offset)


def _column(tables: dict[int, list[int] | None], lines: list[str], line: int, units: int) -> int:
    if line not in tables:
        text = lines[line - 1] if 0 < line <= len(lines) else ""
        table: list[int] | None = None
        if not text.isascii():
            table = []
            for column, character in enumerate(text):
                table += [column] * Encoding.UTF8.width(character)
            table.append(len(text))
        tables[line] = table
    table = tables[line]
    return units if table is None else table[min(units, len(table) - 1)]


class _Patient:
    """A text that does not parse, and what has been done to it so far."""

    def __init__(self, lines: list[str]) -> None:
        self._original = lines
        self._lines = list(lines)
        self._statements = _logical_lines(lines)
        self._harm = [0] * len(self._statements)
        """By statement: 0 intact, 1 has been given an empty body, 2 replaced by a stand-in, 3 blanked."""
        self._all_tried = False
        self._slipped = -2
        """The last statement whose indentation did not fit."""

    def broken(self) -> tuple[Range, ...]:
        """The statements that are not intact."""
        return tuple(
            Range.of(
                each.first,
                len(self._original[each.first]) - len(self._original[each.first].lstrip(" \t\f")),
                each.end - 1,
                len(self._original[each.end - 1].rstrip()),
            )
            for each, harm in zip(self._statements, self._harm, strict=True)
            if harm
        )

    def heal(self) -> list[ast.stmt]:
        """The statements that remain once the broken ones are replaced; none if that does not help."""
        for number, each in enumerate(self._statements):
            if not each.whole:
                self._replace(number)
        for round_ in range(2 * _ROUNDS if len(self._statements) <= _MOST_TRIED else _FEW_ROUNDS):
            try:
                return _strict("\n".join(self._lines))
            except SyntaxError as error:
                if round_ == _ROUNDS or error.lineno is None:
                    self._try_all()
                self._treat(error)
            except _FAILURES:
                if self._all_tried:
                    break
                self._try_all()
        for number in range(len(self._harm)):
            self._harm[number] = 3
        return []

    def _treat(self, error: SyntaxError) -> None:
        message, line = error.msg or "", (error.lineno or 1) - 1
        number = self._at(line)
        if header := _HEADER_IN_MESSAGE.match(message):
            number = self._at(int(header[1]) - 1)
            if self._harm[number] == 0:
                self._give_body(number)
            else:
                self._replace(number)
        elif "expected 'except' or 'finally'" in message:
            tries = [k for k in range(number + 1) if self._keyword(k) == "try" and self._harm[k] < 3]
            number = tries[-1] if tries else number
            self._harm[number] = 2
            first = self._statements[number].first
            self._put(number, re.sub(r"\btry\b", f"with {STAND_IN}", self._lines[first], count=1))
        elif isinstance(error, IndentationError):
            # One line may have slipped; but if the next one does not fit either, a whole block has no place.
            block = number == self._slipped + 1
            indent, self._slipped = self._statements[number].indent, number
            self._blank(number)
            while block and number + 1 < len(self._statements) and self._statements[number + 1].indent >= indent:
                number += 1
                self._blank(number)
        elif self._harm[number] == 0 and self._stands_alone(number) and not self._all_tried:
            self._try_all()
        else:
            self._worsen(number)

    def _at(self, line: int) -> int:
        """The statement that holds a line, or the last one before it."""
        number = 0
        for candidate, each in enumerate(self._statements):
            if each.first <= line:
                number = candidate
        return number

    def _keyword(self, number: int) -> str:
        match = _KEYWORD.match(self._original[self._statements[number].first])
        return match[1] if match else ""

    def _stands_alone(self, number: int) -> bool:
        """Whether the statement parses by itself, in surroundings that it needs."""
        each = self._statements[number]
        first = self._lines[each.first].lstrip(" \t\f")
        code = "\n".join([first, *self._lines[each.first + 1 : each.end]])
        around = _SURROUNDINGS.get(self._keyword(number), "{}")
        for candidate in (
            code,
            around.format("\0").replace("\0", code + "\n  pass"),
            around.format("\0").replace("\0", code),
        ):
            try:
                _strict(candidate)
            except _FAILURES:
                continue
            return True
        return False

    def _try_all(self) -> None:
        """Replaces every statement that does not parse by itself; in a text with very many it does not try."""
        self._all_tried = True
        if len(self._statements) > _MOST_TRIED:
            return
        for number, harm in enumerate(self._harm):
            if harm == 0 and not self._stands_alone(number):
                self._replace(number)

    def _worsen(self, number: int) -> None:
        each = self._statements[number]
        if self._harm[number] < 2 and each.end - each.first > 1 and each.whole:
            # A bracket may have been closed by chance further down: keep what follows the first part.
            short = LineScanner(self._original).cut_short(each)
            if short.end < each.end:
                rest = _logical_lines(self._original, short.end, each.end)
                self._statements[number : number + 1] = [short, *rest]
                self._harm[number : number + 1] = [0] * (1 + len(rest))
                for offset, part in enumerate(rest):
                    if not part.whole:
                        self._replace(number + 1 + offset)
        if self._harm[number] < 2:
            self._replace(number)
        else:
            self._blank(number)

    def _give_body(self, number: int) -> None:
        """A header that has no body yet gets an empty one."""
        each = self._statements[number]
        last = self._lines[each.end - 1]
        colon = HEADER_END.search(last)
        if colon is None:
            self._replace(number)
            return
        self._harm[number] = 1
        self._lines[each.end - 1] = last[: colon.start()] + ": pass"

    def _replace(self, number: int) -> None:
        """Puts a stand-in where the statement is."""
        if self._harm[number] >= 2:
            self._blank(number)
            return
        each = self._statements[number]
        first = self._original[each.first]
        white = first[: len(first) - len(first.lstrip(" \t\f"))]
        keyword = self._keyword(number)
        stand_in = _STAND_INS.get(keyword, "pass")
        if named := _NAMED.match(first):
            stand_in = f"def {named[1]}(*_, **__):" if keyword == "def" else f"class {named[1]}({STAND_IN}):"
        elif keyword in ("def", "class"):
            stand_in = _STAND_INS["if"]
        if keyword in ("match", "case") and not self._has_body(number):
            stand_in = "pass"
        if stand_in == "pass" and self._has_body(number) and HEADER_END.search(self._original[each.end - 1]):
            stand_in = _STAND_INS["if"]
        if stand_in.endswith(":") and not self._has_body(number):
            stand_in += " pass"
        self._harm[number] = 2
        self._put(number, white + stand_in)

    def _has_body(self, number: int) -> bool:
        for later in range(number + 1, len(self._statements)):
            if self._harm[later] < 3:
                return self._statements[later].indent > self._statements[number].indent
        return False

    def _blank(self, number: int) -> None:
        self._harm[number] = 3
        self._put(number, "")

    def _put(self, number: int, text: str) -> None:
        each = self._statements[number]
        self._lines[each.first : each.end] = [text] + [""] * (each.end - each.first - 1)


def _logical_lines(lines: list[str], start: int = 0, stop: int | None = None) -> list[Logical]:
    scanner, line, found = LineScanner(lines), start, list[Logical]()
    stop = len(lines) if stop is None else stop
    while line < stop:
        if BLANK.match(lines[line]):
            line += 1
            continue
        logical = scanner.logical(line, stop)
        found.append(logical)
        line = logical.end
    return found
