"""What becomes of a value, and where an exception is waited for, told from the text alone."""

from __future__ import annotations

import pytest

from gradsight.document import Document
from gradsight.syntax.found import Found
from gradsight.syntax.uses import Use, expects_error, use_of
from gradsight.text import Range


def find(text: str, part: str) -> Found:
    """The last place of `part` in the text."""
    document = Document.from_text("a.py", text)
    start = text.rindex(part)
    span = Range(document.lines.position(start), document.lines.position(start + len(part)))
    found = document.find(span)
    assert found is not None
    assert found.range == span
    return found


@pytest.mark.parametrize(
    ("text", "use"),
    [
        ("x.grad", Use.SHOWN),
        ("print('gradient:', x.grad)", Use.SHOWN),
        ("print(f'{x.grad}')", Use.SHOWN),
        ("logger.info('%s', x.grad)", Use.SHOWN),
        ("g = x.grad", Use.KEPT),
        ("def f(x):\n    return x.grad", Use.KEPT),
        ("gs = [p for p in (x.grad, 1)]", Use.KEPT),
        ("gs.append(x.grad)", Use.KEPT),
        ("show(x.grad)", Use.KEPT),
        ("f = lambda: x.grad", Use.KEPT),
        ("d = {'x': x.grad}", Use.KEPT),
        ("y = a[x.grad]", Use.KEPT),
        ("n = x.grad.norm()", Use.NEEDED),
        ("w -= lr * x.grad", Use.NEEDED),
        ("w -= x.grad", Use.NEEDED),
        ("torch.stack([x.grad, y])", Use.NEEDED),
        ("w.add_(x.grad, alpha=-lr)", Use.NEEDED),
        ("n = float(x.grad)", Use.NEEDED),
        ("first = x.grad[0]", Use.NEEDED),
        ("for g in x.grad:\n    pass", Use.NEEDED),
        ("if x.grad is None:\n    pass", Use.GUARDED),
        ("assert x.grad is None", Use.GUARDED),
        ("ok = x.grad == None", Use.GUARDED),
        ("if x.grad:\n    pass", Use.GUARDED),
        ("isinstance(x.grad, T)", Use.GUARDED),
        ("if x.grad is not None:\n    n = x.grad.norm()", Use.GUARDED),
        ("n = x.grad.norm() if x.grad is not None else x.grad", Use.GUARDED),
        ("n = x.grad is not None and x.grad.norm()", Use.GUARDED),
        ("gs = [1 for x in xs if x.grad is not None and x.grad.sum() > 0]", Use.GUARDED),
        ("gs = [x.grad.norm() for x in xs if y is not None]", Use.NEEDED),
        ("if y.grad is not None:\n    n = x.grad.norm()", Use.NEEDED),
    ],
)
def test_use_of(text: str, use: Use) -> None:
    assert use_of(find(text, "x.grad")) is use


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("with pytest.raises(RuntimeError):\n    f()", True),
        ("with raises(RuntimeError) as caught:\n    if c:\n        f()", True),
        ("with self.assertRaisesRegex(RuntimeError, 'x'):\n    f()", True),
        ("with contextlib.suppress(RuntimeError), torch.no_grad():\n    f()", True),
        ("with torch.no_grad():\n    f()", False),
        ("try:\n    f()\nexcept RuntimeError:\n    pass", False),
        ("with pytest.raises(RuntimeError):\n    g()\nf()", False),
    ],
)
def test_expects_error(text: str, expected: bool) -> None:
    assert expects_error(find(text, "f()")) is expected
