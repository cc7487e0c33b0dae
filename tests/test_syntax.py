"""Reading text that may be half typed: statements, chunks, cells, tokens and the ranges of parts."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradsight.syntax import ranges
from gradsight.syntax.cells import join_cells, marked_cells, notebook_cells, without_magics
from gradsight.syntax.chunks import split
from gradsight.syntax.found import smallest
from gradsight.syntax.parse import STAND_IN, parse
from gradsight.syntax.reuse import common_ends, match_texts
from gradsight.syntax.tokens import TokenKind, lines_inside_strings, tokens
from gradsight.text import LineMap, Position, Range


def pieces(text: str) -> list[str]:
    lines = text.split("\n")
    return ["\n".join(lines[piece.line : piece.end]) for piece in split(lines, 0, len(lines))]


@pytest.mark.parametrize(
    "statements",
    [
        ["import torch", "x = 1; y = 2"],
        ["x = (\n1,\n)", "y = [\n  a\n]"],
        ["@d\n@e(\n  1)\n# c\nasync def f():\n    pass\n\n    # c\n    return 1", "g()"],
        ["if a:\n  b\nelif c:\n  d\n# c\n\nelse:\n  e", "try:\n  a\nexcept E:\n  b\nfinally:\n  c"],
        ["x = '''\ndef f():\n'''", 'y = """a\n(\n""" + \'(\''],
        ["x = 'a\\\n(b'", "y = 1 + \\\n2", "z"],
        ["x = '('  # (", 'y = "\\"("', "z = r'\\\\'"],
        ["f'{x[\"(\"]!r:>{w}} (' + g", "f'''{a\n} ( {'}'}'''", "y = f'{{('", 'f"{d["a"]}("', "h"],
        ["f'\\N{LEFT PARENTHESIS}('", "rb'('", "y"],
        [
            "class A:\n    '''doc\ndef\n    '''\n    def f(self): (\n1)",
            "\fdef g():\n  pass",
            "match x:\n  case 1:\n    y",
        ],
        ["for x in y:\n\tpass\n\n\n\telse_ = 1", "elsewhere = 2", "with (\na as b,\n):\n  c"],
        ["x = {\n'a': [(\n1)],\n# }\n}", "lambda: (yield)", "del (\nx)"],
        ["x: int = 3", "print('''a''' if b else '''c''')", "'''a''' 'b'", "z"],
    ],
)
@pytest.mark.parametrize("between", ["\n", "\n# comment ( '''\n\n"])
def test_split_at_top_level_statements(statements: list[str], between: str) -> None:
    text = between.join(statements) + "\n"
    if 'd["a"]' in text and sys.version_info < (3, 12):
        pytest.skip("the same quotes inside an f-string are new")
    ast.parse(text)
    assert pieces(text) == statements


@pytest.mark.parametrize(
    ("broken", "after"),
    [
        ("x = foo(", ["y = 3", "def f():\n    return 1"]),
        ("x = foo(", ["y = 3", "z = bar(y)"]),
        ("x = [1, {", ["import torch"]),
        ("x = (]", ["y = 3"]),
        ("def f(x:\n    y = 1\n    return y", ["z = 1", "class A:\n    pass"]),
        ("class A(nn.Module:\n    def f(self):\n        return 1", ["z = 1"]),
        ("x = 'abc", ["y = 3"]),
        ('x = f"{a', ["y = 3", "import torch"]),
        ('def f():\n    """Not closed\n    x = 1', ['def g():\n    """Closed"""\n    return 2', "y = 3"]),
        ("f(a,\n  b,\n  c", ["y = 3"]),
    ],
)
def test_what_is_left_open_does_not_swallow_the_rest(broken: str, after: list[str]) -> None:
    found = pieces("\n".join(["a = 0", broken, *after]))
    assert found[0] == "a = 0"
    assert found[-len(after) :] == after


def healed(text: str) -> tuple[str, list[str]]:
    body, broken = parse(text)
    lines = LineMap(text)
    return "\n".join(map(ast.unparse, body)), [lines.slice(span) for span in broken]


@pytest.mark.parametrize(
    ("text", "code", "broken"),
    [
        ("x = 1", "x = 1", []),
        ("def f(x):\n    y = x +\n    return y", "def f(x):\n    pass\n    return y", ["y = x +"]),
        (
            "def f(x):\n    y = g(x\n    z = 1\n    return y",
            "def f(x):\n    pass\n    z = 1\n    return y",
            ["y = g(x"],
        ),
        ("def f(x:\n    return 1", "def f(*_, **__):\n    return 1", ["def f(x:"]),
        ("class A(B:\n    x = 1", f"class A({STAND_IN}):\n    x = 1", ["class A(B:"]),
        ("for i in :\n    f(i)\ng()", f"while {STAND_IN}:\n    f(i)\ng()", ["for i in :"]),
        ("with a(:\n    b", f"with {STAND_IN}:\n    b", ["with a(:"]),
        ("if x ==:\n    a\nelse:\n    b", f"if {STAND_IN}:\n    a\nelse:\n    b", ["if x ==:"]),
        ("if x:\nelse:\n    b", "if x:\n    pass\nelse:\n    b", ["if x:"]),
        ("def f():\n    # soon", "def f():\n    pass", ["def f():"]),
        ("with a as b:  # c: d", "with a as b:\n    pass", ["with a as b:  # c: d"]),
        ("try:\n    a\nb", f"with {STAND_IN}:\n    a\nb", ["try:"]),
        ("try:\n    a\nexcept E as:\n    b", f"try:\n    a\nexcept {STAND_IN}:\n    b", ["except E as:"]),
        ("@a(\ndef f():\n    b", f"@{STAND_IN}\ndef f():\n    b", ["@a("]),
        ("def f():\n    a\n      b\n    c", "def f():\n    a\n    c", ["b"]),
        ("def f():\n    a\n  b\n    c", "def f():\n    a\n    c", ["b"]),
        ("a\n    b\n    c\nd", "a\nd", ["b", "c"]),
        ("a = 1; b = = 2", "pass", ["a = 1; b = = 2"]),
        ("f(a b)\nx = 1\ng(c d)", "pass\nx = 1\npass", ["f(a b)", "g(c d)"]),
        ("x = 1 +\ny = '\nz = 2", "pass\npass\nz = 2", ["x = 1 +", "y = '"]),
        (
            "match x:\n    case (:\n        a\n    case 2:\n        b",
            "match x:\n    case _:\n        a\n    case 2:\n        b",
            ["case (:"],
        ),
        ("clas A:\n    x = 1", f"if {STAND_IN}:\n    x = 1", ["clas A:"]),
        ("else:\n    x = 1", "", ["else:", "x = 1"]),
        ("x = 1\0\ny = 2", "pass\ny = 2", ["x = 1\0"]),
        ("\ud800 = 1\ny = 2", "pass\ny = 2", ["\ud800 = 1"]),
        (
            "<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> b",
            "pass\nx = 1\npass\nx = 2\npass",
            ["<<<<<<< HEAD", "=======", ">>>>>>> b"],
        ),
    ],
)
def test_a_broken_statement_costs_only_itself(text: str, code: str, broken: list[str]) -> None:
    assert healed(text) == (code, broken)


def test_what_is_intact_keeps_its_place() -> None:
    text = "class A:\n    def f(self:\n        x = 'é' + foo(  # é\n        y = bar('é', z)\n"
    body, _ = parse(text)
    lines = LineMap(text)
    calls = [node for statement in body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    assert [lines.slice(ranges.range_of(call)) for call in calls] == ["bar('é', z)"]


@pytest.mark.parametrize(
    "text",
    [
        "x = 'é𝔘' + y.detach(z)  # ü",
        "é = f(ü, 'ß𝔘', kü=1)",
        "\ufeffé = y.a",
        "\f  \fx = 'é', y",
        "f'é {x.item()} ü {x.item():.2f}'",
        "f'''é\n  {y.a(ü)} é\n{z}'''",
        "x = ('é'\n     f'ü {y.b}')",
        "def f(é, *, ü: int = 1) -> 'ß':\n\treturn é.data, ü",
    ],
)
def test_columns_are_code_points(text: str) -> None:
    body, broken = parse(text)
    assert not broken
    lines = LineMap(text)
    names = [n for statement in body for n in ast.walk(statement) if isinstance(n, (ast.Name, ast.Attribute, ast.Call))]
    assert names
    for node in names:
        assert lines.slice(ranges.range_of(node)) == ast.unparse(node)


PATHOLOGICAL = {
    "nested brackets": "(" * 2000 + ")" * 2000,
    "open brackets": "x = foo(\n" * 3000,
    "open strings": "x = '''a\n" * 3000,
    "minus": "x = " + "-" * 20000 + "1",
    "sum": "x = " + "+".join(["a"] * 20000),
    "attributes": "a" + ".b" * 20000,
    "calls": "f" + "()" * 5000,
    "NUL": "a\0b\n" * 300,
    "deep blocks": "".join(" " * depth + "if x:\n" for depth in range(150)),
    "decorators": "@a\n" * 3500,
    "else": "else:\n" * 3500,
    "quotes": "'" * 30001,
    "f-strings": 'f"{' * 1000,
    "backslashes": "\\\n" * 3000,
    "closing": "(]\n" * 3000,
    "form feeds": "\f\n\f\fx\n \fy\n",
    "carriage returns": "x\ry\r\rz",
    "surrogates": "\udc80 = '\ud800'\n",
    "nothing": "",
    "blank": " \n\t\n\f",
    "only a comment": "# x",
    "a backslash at the end": "x = \\",
    "a decorator at the end": "@a\n",
}


@pytest.mark.parametrize("text", PATHOLOGICAL.values(), ids=PATHOLOGICAL.keys())
def test_nothing_raises(text: str) -> None:
    body, broken = parse(text)
    assert all(isinstance(each, ast.stmt) for each in body)
    assert all(each.start <= each.end for each in broken)
    covered = pieces(text.replace("\r", "\n"))
    assert "\n".join(covered).count("x") == sum("#" not in piece and piece.count("x") for piece in covered)
    wanted = Range.of(0, 0, 0, 1)
    assert smallest(body, wanted) is None or body


def test_cells_by_markers() -> None:
    lines = ["import a", "# %% First", "x", "#%%", "y", "# %% [markdown] Text", "# prose", "# In[3]:", "z"]
    cells = marked_cells(lines)
    assert [(c.index, c.first_line, c.end_line, c.title, c.marker_line, c.is_code) for c in cells] == [
        (1, 0, 1, None, None, True),
        (2, 1, 3, "First", 1, True),
        (3, 3, 5, None, 3, True),
        (4, 5, 7, "[markdown] Text", 5, False),
        (5, 7, 9, ":", 7, True),
    ]
    assert marked_cells(["x = '%%'", "y  # %% no"]) == ()


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("!pip install a \\\n  b\nx", "pass\n\nx"),
        ("if c:\n    !ls\n", "if c:\n    pass\n"),
        ("files = !ls *.py\nfiles", "files = __magic__\nfiles"),
        ("a, b = %sql x", "a, b = __magic__"),
        ("%%bash\nls\n", "\n\n"),
        ("%%time\ny = f(x)", "\ny = f(x)"),
        ("\n# c\n%%html\n<b>", "\n\n\n"),
        ("torch.nn?\n?x\nx??", "pass\npass\npass"),
        ("y = (a\n  % b)\nz = a %b", "y = (a\n  % b)\nz = a %b"),
        ("x = '''\n%d\n''' % 1", "x = '''\n%d\n''' % 1"),
        ("if a != b: pass", "if a != b: pass"),
        ("x = 'what?'", "x = 'what?'"),
        ("x = (\n!ls\n)\n!ls", "x = (\n!ls\n)\npass"),
        ("%time y = f(\n    x)", "     \fy = f(\n    x)"),
    ],
)
def test_magics_leave_python(cell: str, code: str) -> None:
    assert "\n".join(without_magics(cell.split("\n"))) == code


def test_a_timed_statement_is_python_in_its_column() -> None:
    for text in "%time y = f(x)", "if c:\n    %timeit -n 10 y = f(x)":
        code = "\n".join(without_magics(text.split("\n")))
        body, broken = parse(code)
        assert not broken
        call = next(node for each in body for node in ast.walk(each) if isinstance(node, ast.Call))
        assert LineMap(text).slice(ranges.range_of(call)) == "f(x)"


def test_notebook_json() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# Title"]},
        {"cell_type": "code", "source": ["x = 1\n", "y = 2"]},
        {"cell_type": "code", "source": "z = 3\r\n"},
        {"cell_type": "raw", "source": ""},
    ]
    found = notebook_cells(json.dumps({"cells": cells, "nbformat": 4}))
    assert found == [(None, None), (None, "x = 1\ny = 2"), (None, "z = 3\r\n"), (None, None)]
    joined = join_cells(found)
    assert joined.text == "x = 1\ny = 2\nz = 3\n"
    assert [(cell.index, cell.first_line, cell.end_line) for cell in joined.cells] == [(2, 0, 2), (3, 2, 4)]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not a notebook"),
        ("[]", "no list of cells"),
        ('{"cells": 3}', "no list of cells"),
        ('{"cells": [3]}', "cell 1 is no object"),
        ('{"cells": [{"source": 3}]}', "source of cell 1"),
        ('{"worksheets": []}', "format 3"),
        ("[" * 100000, "not a notebook"),
    ],
)
def test_what_is_no_notebook_is_said_so(content: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        notebook_cells(content)


def node_in(text: str, wanted: type[ast.AST]) -> tuple[ast.AST, LineMap]:
    body, _ = parse(text)
    return next(node for each in body for node in ast.walk(each) if isinstance(node, wanted)), LineMap(text)


@pytest.mark.parametrize(
    ("text", "tail"),
    [
        ("y = x.detach()", ".detach()"),
        ("y = (a + b) . detach ( )", ". detach ( )"),
        ("y = (é\n  # c.d\n  ).item()", ".item()"),
        ("y = x\\\n  .item()", ".item()"),
        ("y = float(x)", "float(x)"),
    ],
)
def test_tail_range(text: str, tail: str) -> None:
    node, lines = node_in(text, ast.Call)
    assert isinstance(node, ast.Call)
    assert lines.slice(ranges.tail_range(lines, node)) == tail


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("with torch.no_grad():\n    x", "with torch.no_grad():"),
        ("with (a as b,  # c:\n      d):\n    x", "with (a as b,  # c:\n      d):"),
        ("for i in x[1:2]: pass", "for i in x[1:2]:"),
        ("while (a): pass", "while (a):"),
        ("def f(x: int = 3) -> int: pass", "def f(x: int = 3) -> int:"),
        ("def f(x={1: 2}): pass", "def f(x={1: 2}):"),
        ("def f(): pass", "def f():"),
        ("class A(B, c=D): pass", "class A(B, c=D):"),
        ("class A: pass", "class A:"),
        ("x = 1", "x = 1"),
    ],
)
def test_header_range(text: str, header: str) -> None:
    node, lines = node_in(text, ast.stmt)
    assert isinstance(node, ast.stmt)
    assert lines.slice(ranges.header_range(lines, node)) == header


@pytest.mark.parametrize(("text", "sign"), [("é @ b", "@"), ("(a  # +\n ) ** b", "**"), ("a if b - c else d", "-")])
def test_operator_range(text: str, sign: str) -> None:
    node, lines = node_in(text, ast.BinOp)
    assert isinstance(node, ast.BinOp)
    assert lines.slice(ranges.operator_range(lines, node)) == sign


def test_ranges_of_parts() -> None:
    node, lines = node_in("é += 1", ast.AugAssign)
    assert isinstance(node, ast.AugAssign)
    assert lines.slice(ranges.operator_range(lines, node)) == "+="
    node, lines = node_in("@ torch.no_grad()\ndef f(): pass", ast.FunctionDef)
    assert isinstance(node, ast.FunctionDef)
    assert lines.slice(ranges.decorator_range(lines, node.decorator_list[0])) == "@ torch.no_grad()"
    node, lines = node_in("with a as b: pass", ast.withitem)
    assert lines.slice(ranges.range_of(node)) == "a as b"
    node, lines = node_in("f(x, é=1)", ast.keyword)
    assert lines.slice(ranges.range_of(node)) == "é=1"


def test_tokens_have_places_in_the_text() -> None:
    text = "if c: é = f('ü',  # ß\n  𝔘)  \n"
    lines = LineMap(text)
    found = list(tokens(lines, Position(0, 6), Position(1, 5)))
    assert [lines.slice(each.range) for each in found] == [each.text for each in found]
    assert [each.text for each in found] == ["é", "=", "f", "(", "'ü'", ",", "# ß", "𝔘", ")"]
    assert [each.kind for each in found if each.kind is TokenKind.COMMENT]
    assert next(tokens(LineMap("x = (\n"), Position(0, 0), Position(9, 0))).text == "x"


def test_lines_inside_strings() -> None:
    text = "def f():\n    x = '''\n  a\n'''\n    y = ('a'\n  'b')\n    z = f'''{\n  y}\n  '''\n    w = 'a\\\nb'\n"
    inside = lines_inside_strings(LineMap(text), 0, 12)
    assert {2, 3, 8, 10} <= inside
    assert not inside & {0, 1, 4, 5, 6, 9}


def test_common_ends() -> None:
    assert common_ends("abcd", "abxcd") == (2, 2)
    assert common_ends("aaa", "aaaa") == (3, 0)
    assert common_ends("", "a") == (0, 0)


@pytest.mark.parametrize(
    ("old", "new", "matches"),
    [
        ("abc", "abc", [0, 1, 2]),
        ("abc", "axc", [0, 1, 2]),
        ("abc", "axyc", [0, None, None, 2]),
        ("abc", "bca", [1, 2, 0]),
        ("abcd", "ad", [0, 3]),
        ("aa", "aaa", [0, 1, None]),
        ("a", "x", [0]),
        ("", "x", [None]),
        ("abcdef", "axcyef", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_match_texts(old: str, new: str, matches: list[int | None]) -> None:
    assert match_texts(list(old), list(new)) == matches


def sources() -> Iterator[Path]:
    root = Path(__file__).parent.parent
    yield from sorted((root / "server").rglob("*.py"))[::3]
    yield from sorted((root / "tests").rglob("*.py"))[::9]


def test_split_and_parsed_apart_a_program_is_the_same() -> None:
    for path in sources():
        text = path.read_text(encoding="utf-8")
        try:
            whole = ast.parse(text)
        except SyntaxError:
            continue
        apart = [statement for piece in pieces(text) for statement in parse(piece)[0]]
        assert ast.dump(ast.Module(apart, [])) == ast.dump(ast.Module(whole.body, [])), path
