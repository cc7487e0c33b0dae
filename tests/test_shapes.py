"""The shapes of results: what is claimed of them, what is left open, and that nothing makes the rules fail.

Whether the claims are true is asked of PyTorch itself, in `truth/test_shapes_on_torch.py`.
"""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import pytest

from gradsight.autograd.values import Kind
from gradsight.static import shapes
from gradsight.static.shapes import NUMBER, UNKNOWN, Answer, Argument, Listed, Sized, Slice, module_shape, result_shape
from gradsight.static.shapes.modules import MODULES

RULES = list({rule: name for name, rule in shapes._RULES.items()}.values())
"""One name for each rule."""
EXAMPLES = 60
"""How many random calls of each op are tried."""

S = Sized


def ask(name: str, *arguments: Argument, **keywords: Argument) -> Answer:
    return result_shape(f"torch.{name}", arguments, keywords)


@pytest.mark.parametrize(
    ("one", "other", "result"),
    [
        ((2, 3), (3,), (2, 3)),
        ((None, 3), (1,), (None, 3)),
        ((None, 3), (5, 1), (5, 3)),
        ((None,), (None, 1), (None, None)),
        ((2, 3), (4,), None),
        ((None,), (0,), (0,)),
        ((), (1, 1), (1, 1)),
        (None, (2,), None),
    ],
)
def test_broadcasting(one: Any, other: Any, result: Any) -> None:
    assert ask("Tensor.__mul__", S(one), S(other)) == result
    assert ask("mul", S(one), other=S(other)) == result


def test_a_number_has_no_dimension_and_an_unknown_operand_may_have_any() -> None:
    assert ask("Tensor.__radd__", S((2, 3)), 1.5) == (2, 3)
    assert ask("Tensor.add", S((2, 3)), NUMBER) == (2, 3)
    assert ask("Tensor.add", S((2, 3)), UNKNOWN) is None


def test_in_place_ops_keep_the_shape_of_what_they_write() -> None:
    assert ask("Tensor.add_", S((2, 3)), UNKNOWN) == (2, 3)
    assert ask("Tensor.__iadd__", S((2, None)), S((1, 3))) == (2, None)
    assert ask("nn.init.kaiming_normal_", S((4, 2))) == (4, 2)
    assert ask("Tensor.unsqueeze_", S((2,)), 0) == (1, 2)
    assert ask("Tensor.resize_", S((2,)), 5) is None
    assert ask("Tensor.__iadd__", 1, S((3,))) == (3,)


def test_a_full_reduction_needs_no_shape_but_a_partial_one_does() -> None:
    assert ask("Tensor.sum", S(None)) == ()
    assert ask("Tensor.sum", S(None), 0) is None
    assert ask("Tensor.mean", S((None, 3)), dim=0) == (3,)
    assert ask("Tensor.mean", S((2, 3)), UNKNOWN) is None
    assert ask("Tensor.sum", S((2, 3)), 1, UNKNOWN) is None
    assert ask("Tensor.sum", S((2, 3)), 5) is None


def test_max_answers_by_what_it_is_given() -> None:
    assert ask("max", S((2, 3))) == ()
    assert ask("max", S((2, 3)), 1) == ((2,), (2,))
    assert ask("max", S((2, 3)), S((3,))) == (2, 3)
    assert ask("max", S((2, 3)), NUMBER) is None
    assert ask("max", S((2, 3)), UNKNOWN) is None


def test_a_loss_is_one_number_unless_told_otherwise() -> None:
    assert ask("nn.functional.mse_loss", S(None), S(None)) == ()
    assert ask("nn.functional.cross_entropy", UNKNOWN, UNKNOWN, reduction="sum") == ()
    assert ask("nn.functional.mse_loss", S((2, 1)), S((3,)), reduction="none") == (2, 3)
    assert ask("nn.functional.mse_loss", S((2, 3)), S((2, 3)), reduction=UNKNOWN) is None
    assert ask("nn.functional.cross_entropy", S((8, 5, None)), UNKNOWN, reduction="none") == (8, None)
    assert module_shape("torch.nn.MSELoss", [], {}, [UNKNOWN, UNKNOWN]) == ()
    assert module_shape("torch.nn.MSELoss", [], {"reduction": UNKNOWN}, [S((2,)), S((2,))]) is None
    assert module_shape("torch.nn.modules.loss.L1Loss", [], {"reduction": "none"}, [S((2,)), S((2,))]) == (2,)


def test_reshaping_solves_the_one_size_that_is_open() -> None:
    assert ask("Tensor.view", S((4, 6)), -1, 8) == (3, 8)
    assert ask("Tensor.view", S((4, 6)), UNKNOWN, 8) == (3, 8)
    assert ask("Tensor.view", S(None), -1) == (None,)
    assert ask("Tensor.view", S(None), 1) == (1,)
    assert ask("Tensor.view", S((None, 6)), -1, 3) == (None, 3)
    assert ask("Tensor.view", S((4, 6)), UNKNOWN) is None
    assert ask("Tensor.view", S((4, 6)), 5, -1) is None
    assert ask("Tensor.flatten", S((None, 2, 3)), 1) == (None, 6)
    assert ask("Tensor.squeeze", S((1, 3))) == (3,)
    assert ask("Tensor.squeeze", S((None, 3))) is None
    assert ask("Tensor.squeeze", S((None, 3)), 1) == (None, 3)


@pytest.mark.parametrize(
    ("index", "result"),
    [
        (0, (4, 5)),
        ((0, 1), (5,)),
        ((0, 1, 2), ()),
        ((0, 1, 2, 0), None),
        (7, None),
        (Slice(), (None, 4, 5)),
        (Slice(None, None, None), (3, 4, 5)),
        (Slice(1, None, None), (2, 4, 5)),
        (Slice(None, UNKNOWN, None), (None, 4, 5)),
        ((..., 0), (3, 4)),
        ((None, ..., None), (1, 3, 4, 5, 1)),
        ((Slice(None, None, None), Listed((0, 2))), (3, 2, 5)),
        (Listed((0, 1)), (2, 4, 5)),
        (S((2, 7), Kind.INTEGER), (2, 7, 4, 5)),
        (S((3,), Kind.INTEGER), (None, 4, 5)),
        (S((2,)), (2, 4, 5)),
        (S((3, 4), Kind.BOOLEAN), (None, 5)),
        (S((3, 4)), None),
        (S((), Kind.INTEGER), (4, 5)),
        (S(()), None),
        (NUMBER, (4, 5)),
        (UNKNOWN, None),
        ((0, UNKNOWN), None),
        (True, None),
    ],
)
def test_subscripts(index: Argument, result: Any) -> None:
    assert ask("Tensor.__getitem__", S((3, 4, 5)), index) == result


def test_joining() -> None:
    assert ask("cat", (S((2, 3)), S((4, 3)))) == (6, 3)
    assert ask("cat", (S((2, 3)), S(None))) == (None, 3)
    assert ask("cat", (S((2, 3)), UNKNOWN), 1) == (2, None)
    assert ask("cat", (S((None,)), S(None))) is None
    assert ask("cat", UNKNOWN) is None
    assert ask("stack", (S(()), S(None), UNKNOWN)) == (3,)
    assert ask("stack", (S((2, None)), S((2, 3))), dim=1) == (2, 2, 3)


def test_several_results_begin_with_one_of_known_rank() -> None:
    assert ask("Tensor.split", S((5, 2)), 2) == ((2, 2), (2, 2), (1, 2))
    assert ask("Tensor.split", S((None, 2)), 2) is None
    assert ask("Tensor.split", S((None, 2)), (1, 4)) == ((1, 2), (4, 2))
    assert ask("Tensor.unbind", S((2, 3))) == ((3,), (3,))
    assert ask("Tensor.unbind", S((10**9,))) is None
    assert ask("Tensor.topk", S((None, 9)), 3) == ((None, 3), (None, 3))


def test_factories() -> None:
    assert ask("randn") is None
    assert ask("randn", 2, UNKNOWN) == (2, None)
    assert ask("randn", UNKNOWN) is None
    assert ask("randn", NUMBER) == (None,)
    assert ask("randn", (2, UNKNOWN)) == (2, None)
    assert ask("randn", S((), Kind.INTEGER)) == (None,)
    assert ask("randn", -1) is None
    assert ask("tensor", Listed((Listed((1.0, UNKNOWN)),))) is None
    assert ask("tensor", Listed((Listed((1, 2)), Listed((3, 4))))) == (2, 2)
    assert ask("tensor", Listed((Listed((1, 2)), Listed((3,))))) is None
    assert ask("tensor", 3.0) == ()
    assert ask("tensor", Listed((NUMBER, 1.0))) == (2,)
    assert ask("arange", UNKNOWN) == (None,)
    assert ask("arange", 0, 1, 0.25) == (4,)
    assert ask("randint", 10, (3, 1)) == (3, 1)


def test_products() -> None:
    assert ask("Tensor.__matmul__", S((None, 3)), S((3, 1))) == (None, 1)
    assert ask("matmul", S((7, 2, 3)), S((3,))) == (7, 2)
    assert ask("matmul", S((2, 3)), S((4, 5))) is None
    assert ask("einsum", "bi,bj->bij", S((4, None)), S((4, 2))) == (4, None, 2)
    assert ask("einsum", "bi,bi->", S(None), UNKNOWN) == ()
    assert ask("einsum", UNKNOWN, S((2,))) is None
    assert ask("einsum", "ij,jk", S((1, 3)), S(None)) == (1, None)
    assert ask("einsum", "ij,ij->i", S((1, 3)), S(None)) == (None,)


def test_modules() -> None:
    linear = [3, 1], {}
    assert module_shape("torch.nn.Linear", *linear, [S((None, 3))]) == (None, 1)
    assert module_shape("torch.nn.Linear", *linear, [S(None)]) is None
    assert module_shape("torch.nn.Linear", [3, UNKNOWN], {}, [S((2, 3))]) == (2, None)
    assert module_shape("torch.nn.Conv2d", [3, 8, 3], {"padding": 1}, [S((None, 3, 32, None))]) == (None, 8, 32, None)
    assert module_shape("torch.nn.Conv2d", [3, 8, UNKNOWN], {}, [S((2, 3, 32, 32))]) == (2, 8, None, None)
    assert module_shape("torch.nn.Linear", *linear, [], {"input": S((2, 3))}) == (2, 1)
    up = [4, 4, 2, 2], {}
    assert module_shape("torch.nn.ConvTranspose1d", *up, [S((1, 4, 5))]) == (1, 4, 10)
    assert module_shape("torch.nn.ConvTranspose1d", *up, [S((1, 4, 5))], {"output_size": (11,)}) == (1, 4, None)
    lstm = module_shape("torch.nn.LSTM", [3, 5], {"batch_first": True}, [S((2, 7, 3))])
    assert lstm == ((2, 7, 5), (1, 2, 5), (1, 2, 5))
    assert module_shape("torch.nn.MultiheadAttention", [4, 1], {}, [S((2, 7, 4))] * 3) == ((2, 7, 4), None)
    assert module_shape("torch.nn.Sequential", [], {}, [S((2,))]) is None
    assert module_shape("mine.Linear", [3, 1], {}, [S((2, 3))]) is None


def test_names_that_are_no_ops_are_not_answered() -> None:
    for name in (
        "torch.no_such_op",
        "numpy.sum",
        "torch.Tensor.backward",
        "",
        "torch",
        "torch.nn.utils.clip_grad_value_",
    ):
        assert result_shape(name, [S((2,))], {}) is None


# --- whatever is asked, an answer comes, and knowing less never says something else ------------

NUMBERS = [2**70, -(2**70), float("nan"), float("inf"), -1e308, 0.0, 0.5, True, False, None]
TEXTS = ["", "none", "mean", "same", "ij,jk->ik", "...i->", "->", "..a..,,", "ii->.i", "i,i"]
NAMES = """
    axis batch_first bidirectional dim dims input indexing k keepdim kernel_size mode n num_classes offset other p
    padding reduce reduction return_indices scale_factor size step steps stride
"""
OPTIONS = tuple(NAMES.split())


def anything(rng: random.Random, depth: int = 2) -> Argument:
    """Any argument, sensible or not."""
    bounds: list[Any] = [None, UNKNOWN, *range(-3, 4)]
    match rng.randrange(10 if depth else 8):
        case 0 | 1 | 2:
            sizes = tuple(rng.choice([None, 0, 1, 2, 3, 4]) for _ in range(rng.randrange(5)))
            return S(rng.choice([sizes, sizes, sizes, None]), rng.choice([None, *Kind]))
        case 3 | 4:
            return rng.randint(-5, 5)
        case 5:
            return rng.choice(NUMBERS)
        case 6:
            return rng.choice([UNKNOWN, NUMBER, ..., Slice(*rng.choices(bounds, k=3))])
        case 7:
            return rng.choice(TEXTS)
    return rng.choice([tuple, Listed])(anything(rng, depth - 1) for _ in range(rng.randrange(4)))


def some(rng: random.Random, most: int) -> list[Argument]:
    return [anything(rng) for _ in range(rng.randrange(most + 1))]


def options(rng: random.Random) -> dict[str, Argument]:
    return {name: anything(rng) for name in rng.sample(OPTIONS, rng.randrange(3))}


def well_formed(answer: Any) -> bool:
    if answer is None:
        return True
    if answer and isinstance(answer[0], tuple):
        return all(shape is None or sizes_only(shape) for shape in answer)
    return sizes_only(answer)


def sizes_only(shape: Any) -> bool:
    return isinstance(shape, tuple) and all(
        size is None or (isinstance(size, int) and not isinstance(size, bool)) for size in shape
    )


def test_no_call_makes_a_rule_fail() -> None:
    rng = random.Random(1)
    for name in [*RULES, "Tensor.add_", "Tensor.__iadd__", "Tensor.squeeze_"]:
        for _ in range(EXAMPLES):
            arguments, keywords = some(rng, 5), options(rng)
            assert well_formed(result_shape(f"torch.{name}", arguments, keywords)), (name, arguments, keywords)


def test_no_module_makes_a_rule_fail() -> None:
    rng = random.Random(2)
    for name in MODULES:
        for _ in range(EXAMPLES):
            built, keywords, inputs = some(rng, 5), options(rng), some(rng, 3)
            assert well_formed(module_shape(f"torch.nn.{name}", built, keywords, inputs)), (name, built, inputs)


def test_sizes_that_are_hidden_only_make_the_answer_less_certain() -> None:
    rng = random.Random(7)
    for name in RULES:
        for _ in range(30):
            full = [S(tuple(rng.randint(1, 3) for _ in range(rng.randint(0, 3)))) for _ in range(3)]
            options: list[Argument] = [rng.choice([0, 1, -1, 2]) for _ in range(2)]
            arguments: list[Argument] = [*full[: rng.randint(1, 3)], *options[: rng.randint(0, 2)]]
            known = result_shape(f"torch.{name}", arguments, {})
            if known is None:
                continue
            hidden = [hide(item, rng) for item in arguments]
            assert less_certain(result_shape(f"torch.{name}", hidden, {}), known), (name, arguments, hidden)


def hide(item: Argument, rng: random.Random) -> Argument:
    if isinstance(item, Sized):
        return S(tuple(None if rng.random() < 0.5 else size for size in item.shape or ()))
    return item


def less_certain(less: Any, more: Any) -> bool:
    if less is None or less == more:
        return True
    if not isinstance(less, tuple) or not isinstance(more, tuple) or len(less) != len(more):
        return False
    return all(map(less_certain, less, more))


def test_torch_is_not_imported() -> None:
    code = "import sys, gradsight.static.shapes; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, env={"PYTHONPATH": ":".join(sys.path)}).returncode
        == 0
    )
