"""Every shape that the static side claims is the one PyTorch gives.

Each line of the files in `shapes/` is run on tensors of random sizes while every public torch function that it calls
is observed. For each of those calls the shape rules are asked several times: with everything that there is to know,
and with sizes, ranks, options and whole arguments hidden at random. They may say less, but nothing else. For what the
line itself gives, everything that there is to know has to lead to the exact shape (`of_ops.txt`, `of_modules.txt`),
or to a part of it (`in_part.txt`).
"""

from __future__ import annotations

import ast
import random
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode, resolve_name

from gradsight.autograd.values import Kind
from gradsight.static.shapes import (
    NUMBER,
    UNKNOWN,
    Answer,
    Argument,
    Listed,
    Sized,
    Slice,
    module_shape,
    result_shape,
)

ROUNDS = 4
HIDINGS = 3

REFUSED = (RuntimeError, IndexError, ValueError, TypeError)
"""What PyTorch raises where sizes do not fit; every line has to fit in some round."""


def lines(name: str) -> list[str]:
    text = (Path(__file__).parent / "shapes" / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


# --- what happened -----------------------------------------------------------------------------


@dataclass
class Observed:
    """A call, and the shapes of what it gave."""

    name: str
    arguments: list[Argument]
    keywords: dict[str, Argument]
    shapes: list[tuple[int, ...]]
    single: bool
    """One tensor, not a tuple of one."""

    def agrees(self, answer: Answer) -> bool:
        if answer is None:
            return True
        if bool(answer) and isinstance(answer[0], tuple):
            return not self.single and len(answer) >= len(self.shapes) and all(map(agrees, answer, self.shapes))
        return self.single and agrees(answer, self.shapes[0])

    def equals(self, answer: Answer) -> bool:
        return answer == (self.shapes[0] if self.single else tuple(self.shapes))


def agrees(claimed: Any, real: tuple[int, ...]) -> bool:
    if claimed is None:
        return True
    return len(claimed) == len(real) and all(
        size is None or size == actual for size, actual in zip(claimed, real, strict=True)
    )


class Observer(TorchFunctionMode):
    """Notes each public torch function that is called and gives tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Observed] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # Before the call: an in-place op may change the shapes.
        given = [argument(item) for item in args]
        named = {name: argument(item) for name, item in (kwargs or {}).items()}
        result = func(*args, **(kwargs or {}))
        if shapes(result):
            name = (resolve_name(func) or f"torch.{func.__name__}").removesuffix(".__get__")
            self.calls.append(Observed(name, given, named, shapes(result), isinstance(result, torch.Tensor)))
        return result


def shapes(result: Any) -> list[tuple[int, ...]]:
    if isinstance(result, torch.Tensor):
        return [tuple(result.shape)]
    if isinstance(result, tuple | list):
        return [shape for item in result for shape in shapes(item)]
    return []


def kind_of(tensor: torch.Tensor) -> Kind:
    if tensor.dtype is torch.bool:
        return Kind.BOOLEAN
    if tensor.is_complex():
        return Kind.COMPLEX
    return Kind.FLOAT if tensor.is_floating_point() else Kind.INTEGER


def argument(item: Any) -> Argument:
    match item:
        case torch.Tensor() if not nn.parameter.is_lazy(item):
            return Sized(tuple(item.shape), kind_of(item))
        case list():
            return Listed(map(argument, item))
        case tuple():
            return tuple(map(argument, item))
        case slice():
            return Slice(item.start, item.stop, item.step)
        case None | int() | float() | bool() | str():
            return item
    return ... if item is ... else UNKNOWN


# --- what is forgotten of it -------------------------------------------------------------------


def hidden(item: Argument, rng: random.Random) -> Argument:
    """The argument with some of it forgotten."""
    if rng.random() < 0.08:
        return UNKNOWN
    match item:
        case Sized(shape, kind):
            if rng.random() < 0.1:
                return Sized(None, kind)
            sizes = tuple(None if rng.random() < 0.3 else size for size in shape or ())
            return Sized(sizes, kind if rng.random() < 0.6 else None)
        case Listed():
            return Listed(hidden(part, rng) for part in item)
        case tuple():
            return tuple(hidden(part, rng) for part in item)
        case Slice(start, stop, step):
            return Slice(*(UNKNOWN if rng.random() < 0.3 else bound for bound in (start, stop, step)))
        case int() | float() if not isinstance(item, bool) and rng.random() < 0.2:
            return NUMBER
    return item


def hidden_in_all(items: Mapping[str, Argument], rng: random.Random) -> dict[str, Argument]:
    return {name: hidden(item, rng) for name, item in items.items()}


# --- what it happens to ------------------------------------------------------------------------


def names(rng: random.Random) -> dict[str, Any]:
    """What the lines speak of; sizes of one are frequent, because broadcasting looks at them."""
    b, n, d, k, c = (rng.randint(1, 4) for _ in range(5))
    h, w = rng.randint(3, 6), rng.randint(3, 6)
    half = torch.randn(n, n)
    return {
        "B": b,
        "N": n,
        "D": d,
        "C": c,
        "H": h,
        "W": w,
        "torch": torch,
        "nn": nn,
        "F": F,
        "s": torch.randn(()),
        "v": torch.randn(n),
        "d": torch.randn(d),
        "q": torch.tensor([0.25, 0.5, 0.75]),
        "bias": torch.randn(k),
        "x": torch.randn(n, d),
        "y": torch.randn(n, d),
        "z": torch.randn(d, k),
        "row": torch.randn(1, d),
        "col": torch.randn(n, 1),
        "t": torch.randn(b, n, d),
        "square": half @ half.t() + torch.eye(n),
        "mask": torch.rand(n, d) > 0.4,
        "labels": torch.zeros(n, dtype=torch.int64),
        "classes": torch.zeros(n, dtype=torch.int64),
        "zeros": torch.zeros(n, d, dtype=torch.int64),
        "signal": torch.randn(b, c, w),
        "image": torch.randn(b, c, h, w),
    }


def rounds(seed: str) -> Iterator[tuple[random.Random, dict[str, Any]]]:
    torch.manual_seed(0)
    for number in range(ROUNDS):
        rng = random.Random(f"{seed} {number}")
        yield rng, names(rng)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    torch.set_num_threads(threads)


# --- the lines ---------------------------------------------------------------------------------


def check_op(call: Observed, rng: random.Random) -> Answer:
    """No answer contradicts what happened; returns the one that knows everything."""
    for _ in range(HIDINGS):
        given, named = [hidden(item, rng) for item in call.arguments], hidden_in_all(call.keywords, rng)
        answer = result_shape(call.name, given, named)
        assert call.agrees(answer), f"{call.name}{tuple(given)} {named}: {answer}, but PyTorch: {call.shapes}"
    answer = result_shape(call.name, call.arguments, call.keywords)
    assert call.agrees(answer), f"{call}: {answer}"
    return answer


def run_op(line: str, rng: random.Random, known: dict[str, Any]) -> tuple[Observed, Answer]:
    observer = Observer()
    with observer:
        eval(line, known)
    return observer.calls[-1], [check_op(call, rng) for call in observer.calls][-1]


def is_module(line: str) -> bool:
    """`nn.Class(...)(...)`."""
    node = ast.parse(line, mode="eval").body
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Call)


def run_module(line: str, rng: random.Random, known: dict[str, Any]) -> tuple[Observed, Answer]:
    call = ast.parse(line, mode="eval").body
    assert isinstance(call, ast.Call) and isinstance(call.func, ast.Call)

    def value(node: ast.expr) -> Any:
        return eval(ast.unparse(node), known)

    options = [argument(value(node)) for node in call.func.args]
    named = {keyword.arg or "": argument(value(keyword.value)) for keyword in call.func.keywords}
    inputs = [value(node) for node in call.args]
    observer = Observer()
    with observer:
        result = value(call.func)(*inputs)
    for inner in observer.calls:
        check_op(inner, rng)
    kind = f"torch.{ast.unparse(call.func.func)}"
    given = [argument(item) for item in inputs]
    happened = Observed(kind, given, {}, shapes(result), isinstance(result, torch.Tensor))
    for _ in range(HIDINGS):
        left = [hidden(item, rng) for item in options], hidden_in_all(named, rng), [hidden(item, rng) for item in given]
        answer = module_shape(kind, *left)
        assert happened.agrees(answer), f"{kind}{left}: {answer}, but PyTorch: {happened.shapes}"
    return happened, module_shape(kind, options, named, given)


def exactness(line: str) -> list[bool]:
    """For each round that fits, whether the whole shape was known."""
    run = run_module if is_module(line) else run_op
    exact: list[bool] = []
    for rng, known in rounds(line):
        try:
            happened, answer = run(line, rng, known)
        except REFUSED:
            continue
        assert happened.agrees(answer), f"{answer}, but PyTorch: {happened}"
        exact.append(happened.equals(answer))
    assert exact, "no round fits this line"
    return exact


@pytest.mark.parametrize("line", lines("of_ops.txt") + lines("of_modules.txt"))
def test_the_exact_shape_is_known(line: str) -> None:
    assert all(exactness(line))


@pytest.mark.parametrize("line", lines("in_part.txt"))
def test_what_only_values_decide_is_left_open(line: str) -> None:
    assert not all(exactness(line))


@pytest.mark.parametrize(
    ("make", "name"),
    [
        ("torch.Tensor(2, 3)", "torch.Tensor"),
        ("torch.Tensor([2, 3])", "torch.Tensor"),
        ("torch.Tensor(4)", "torch.Tensor"),
        ("torch.FloatTensor([[1.0], [2.0]])", "torch.FloatTensor"),
        ("nn.Parameter(torch.ones(2, 3))", "torch.nn.Parameter"),
    ],
)
def test_constructors(make: str, name: str) -> None:
    known = names(random.Random(0))
    call = ast.parse(make, mode="eval").body
    assert isinstance(call, ast.Call)
    given = [argument(eval(ast.unparse(node), known)) for node in call.args]
    assert result_shape(name, given, {}) == tuple(eval(make, known).shape)
