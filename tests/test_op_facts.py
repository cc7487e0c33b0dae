"""Asking the op facts: no torch is needed, and what is not known is never claimed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase

import pytest

from gradsight.autograd import op_facts
from gradsight.autograd.op_facts import (
    BOOL_TENSOR,
    INDEX,
    INT_TENSOR,
    NUMBER,
    OTHER,
    TENSOR,
    TENSOR_OF_ANY_DTYPE,
    TENSORS,
    UNKNOWN,
    Alias,
    ArgKind,
    Construction,
    Form,
    OpAnswer,
    answer,
    functional_twin,
    in_place_twin,
    is_module,
    known_names,
    literal,
    measured_version,
    module_buffers,
    module_parameters,
)
from gradsight.autograd.values import Kind

T, INT, N = TENSOR, INT_TENSOR, NUMBER


def asked(name: str, *arguments: ArgKind, **keywords: ArgKind) -> OpAnswer:
    found = answer(name, arguments, keywords)
    assert found is not None, name
    return found


def saved(found: OpAnswer) -> dict[str, set[str]]:
    """What is certainly saved and can be modified, and when."""
    return {entry.slot: set(entry.when) for entry in found.saved if entry.certain and entry.slot != "hidden"}


def test_neither_torch_nor_the_file_is_needed_before_the_first_question() -> None:
    program = (
        "import sys; from gradsight.autograd import op_facts; assert op_facts._data.cache_info().currsize == 0;"
        "assert op_facts.answer('torch.exp', [op_facts.TENSOR]); assert 'torch' not in sys.modules"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def test_the_file_is_small_and_written_in_one_way_only() -> None:
    text = op_facts.DATA_FILE.read_text(encoding="utf-8")
    assert len(text.encode()) < 250_000
    data = json.loads(text)
    assert list(data["ops"]) == sorted(data["ops"]) and list(data["modules"]) == sorted(data["modules"])
    for table in ("signatures", "rows", "entries", "contents"):
        entries = [json.dumps(entry, sort_keys=True) for entry in data[table]]
        assert len(entries) == len(set(entries)), table
    assert measured_version() == data["torch"]


def test_every_entry_can_be_asked() -> None:
    for name in known_names():
        for arguments in ([], [T], [UNKNOWN], [UNKNOWN, UNKNOWN], [T, N], [T, T, T], [TENSORS]):
            found = answer(name, arguments)
            slots = {f"in:{index}" for index in range(len(arguments))}
            for entry in found.saved if found else ():
                assert all(slot in slots or slot.startswith(("param:", "buffer:")) for slot in entry.when), name
                assert entry.slot in slots or entry.slot.partition(":")[0] in ("out", "param", "buffer", "hidden")


def test_unknown_names_and_calls_that_do_not_fit_have_no_answer() -> None:
    assert answer("torch.no_such_op", [T]) is None
    assert answer("torch.nn.NoSuchLayer", [T]) is None
    assert answer("torch.exp", [T, T, T]) is None
    assert answer("torch.exp", [T], {"nonsense": T}) is None
    assert answer("torch.add", [T, T], {"other": T}) is None
    assert module_parameters("torch.nn.NoSuchLayer") is None and not is_module("torch.exp")


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("torch.Tensor.__add__", [T, T], {}),
        ("torch.Tensor.__mul__", [T, T], {"in:0": {"in:1"}, "in:1": {"in:0"}}),
        ("torch.Tensor.__mul__", [T, N], {}),
        ("torch.Tensor.__mul__", [T, INT], {"in:1": {"in:0"}}),
        ("torch.Tensor.__truediv__", [T, T], {"in:0": {"in:1"}, "in:1": {"in:0", "in:1"}}),
        ("torch.Tensor.__truediv__", [T, N], {}),
        ("torch.Tensor.__pow__", [T, N], {"in:0": {"in:0"}}),
        ("torch.Tensor.__rpow__", [T, N], {"in:0": {"in:0"}, "out:0": {"in:0"}}),
        ("torch.Tensor.mul_", [T, T], {"in:1": {"in:0"}}),
        ("torch.Tensor.exp_", [T], {"in:0": {"in:0"}}),
        ("torch.Tensor.sigmoid_", [T], {"in:0": {"in:0"}}),
        ("torch.Tensor.add_", [T, T], {}),
        ("torch.Tensor.clamp", [T, N], {"in:0": {"in:0"}}),
        ("torch.exp", [T], {"out:0": {"in:0"}}),
        ("torch.sin", [T], {"in:0": {"in:0"}}),
        ("torch.sum", [T], {}),
        ("torch.var", [T], {"in:0": {"in:0"}}),
        ("torch.std", [T], {"in:0": {"in:0"}, "out:0": {"in:0"}}),
        ("torch.matmul", [T, T], {"in:0": {"in:1"}, "in:1": {"in:0"}}),
        ("torch.Tensor.split", [T, N], {}),
        ("torch.cat", [TENSORS, N], {}),
        ("torch.kron", [T, T], {}),
        ("torch.where", [BOOL_TENSOR, T, T], {"in:0": {"in:1", "in:2"}}),
        ("torch.max", [T, N], {"out:1": {"in:0"}}),
        ("torch.sort", [T], {"out:1": {"in:0"}}),
        ("torch.Tensor.__getitem__", [T, N], {}),
        ("torch.Tensor.__getitem__", [T, INT], {"in:1": {"in:0"}}),
        ("torch.nn.functional.relu", [T], {"out:0": {"in:0"}}),
        ("torch.nn.functional.gelu", [T], {"in:0": {"in:0"}}),
        ("torch.nn.functional.softmax", [T, N], {"out:0": {"in:0"}}),
        ("torch.nn.functional.linear", [T, T, T], {"in:0": {"in:1"}, "in:1": {"in:0"}}),
        ("torch.nn.functional.embedding", [INT, T], {"in:0": {"in:1"}}),
        ("torch.nn.functional.cross_entropy", [T, INT], {"in:1": {"in:0"}}),
        ("torch.nn.functional.mse_loss", [T, T], {"in:0": {"in:0", "in:1"}, "in:1": {"in:0", "in:1"}}),
        ("torch.nn.functional.dropout", [T], {}),
    ],
)
def test_what_is_saved(name: str, arguments: list[ArgKind], expected: dict[str, set[str]]) -> None:
    assert saved(asked(name, *arguments)) == expected


def test_slots_are_named_as_the_caller_gave_them() -> None:
    found = asked("torch.nn.functional.linear", T, weight=T, bias=T)
    assert saved(found) == {"in:0": {"in:weight"}, "in:weight": {"in:0"}}
    assert found.outputs[0].from_slots == ("in:0", "in:weight", "in:bias")
    assert dict(found.bound) == {"input": ("in:0",), "weight": ("in:weight",), "bias": ("in:bias",)}
    assert saved(asked("torch.max", T, axis=N)) == saved(asked("torch.max", T, dim=N))


def test_the_form_of_the_result_follows_the_arguments() -> None:
    assert asked("torch.Tensor.max", T).returns == 0
    values, indices = asked("torch.Tensor.max", T, N).outputs
    assert values.differentiable is True and indices.differentiable is False and indices.dtype is Kind.INTEGER
    assert asked("torch.Tensor.split", T, N).many and asked("torch.Tensor.split", T, N).outputs[0].multi_view
    assert asked("torch.Tensor.item", T).returns is None and asked("torch.Tensor.item", T).outputs == ()
    assert asked("torch.nn.LSTM", T).returns == (0, (1, 2))
    assert asked("torch.max", T, UNKNOWN).uncertain


def test_an_argument_of_unknown_kind_makes_claims_uncertain_but_does_not_invent_any() -> None:
    found = asked("torch.Tensor.__pow__", T, UNKNOWN)
    assert ("in:0", True) in {(entry.slot, entry.certain) for entry in found.saved}
    assert {entry.certain for entry in found.saved if entry.slot == "out:0" and "in:0" in entry.when} == {False}
    assert found.outputs[0].from_slots == ("in:0", "in:1")


@pytest.mark.parametrize(
    ("name", "arguments", "kind"),
    [
        ("torch.Tensor.__mul__", [INT, literal(2)], Kind.INTEGER),
        ("torch.Tensor.__mul__", [INT, literal(0.5)], Kind.FLOAT),
        ("torch.Tensor.__mul__", [INT, T], Kind.FLOAT),
        ("torch.Tensor.__mul__", [INT, NUMBER], None),
        ("torch.Tensor.__truediv__", [INT, literal(2)], Kind.FLOAT),
        ("torch.Tensor.__lt__", [T, T], Kind.BOOLEAN),
        ("torch.Tensor.__add__", [TENSOR_OF_ANY_DTYPE, T], Kind.FLOAT),
        ("torch.Tensor.sum", [BOOL_TENSOR], Kind.INTEGER),
        ("torch.Tensor.argmax", [T], Kind.INTEGER),
        ("torch.Tensor.exp", [INT], Kind.FLOAT),
        ("torch.Tensor.to", [T, ArgKind(Form.DTYPE, Kind.INTEGER)], Kind.INTEGER),
        ("torch.Tensor.clone", [TENSOR_OF_ANY_DTYPE], None),
    ],
)
def test_dtype_kinds(name: str, arguments: list[ArgKind], kind: Kind | None) -> None:
    found = asked(name, *arguments).outputs[0]
    assert found.dtype is kind
    assert found.differentiable is False or kind in (Kind.FLOAT, None)


def test_aliases() -> None:
    def alias(name: str, *arguments: ArgKind) -> Alias:
        return asked(f"torch.Tensor.{name}", *arguments).outputs[0].alias

    assert alias("view", T, N) is Alias.VIEW and alias("exp", T) is Alias.NEW and alias("add_", T, T) is Alias.SAME
    assert alias("reshape", T, N) is Alias.MAYBE and alias("contiguous", T) is Alias.MAYBE
    assert alias("detach", T) is Alias.VIEW and alias("data", T) is Alias.UNTRACKED
    assert alias("__getitem__", T, INDEX) is Alias.VIEW and alias("__getitem__", T, OTHER) is Alias.MAYBE


def test_what_depends_on_values_is_uncertain() -> None:
    """Whether einsum saves a factor or a rearranged copy of it depends on the equation."""
    found = asked("torch.einsum", literal("ij,jk->ik"), T, T)
    assert {(entry.slot, entry.when, entry.certain) for entry in found.saved if entry.slot != "hidden"} == {
        ("in:1", frozenset({"in:2"}), False),
        ("in:2", frozenset({"in:1"}), False),
    }


def test_writes_and_errors() -> None:
    assert asked("torch.Tensor.add_", T, T).in_place == "in:0"
    assert asked("torch.nn.functional.relu", T, inplace=literal(True)).in_place == "in:0"
    assert asked("torch.nn.functional.relu", T).in_place is None
    out = asked("torch.mul", T, T, out=T)
    assert out.in_place == "in:out" and {error.slot for error in out.errors} >= {"in:0", "in:1"} and out.saved == ()
    assert "heaviside" in (asked("torch.heaviside", T, T).raises_backward or "")
    assert [error.at_forward for error in asked("torch.Tensor.numpy", T).errors] == [True]
    assert asked("torch.Tensor.mean", INT).rejects_integer is True
    assert asked("torch.round", T).zero_derivative == {"in:0"}
    assert asked("torch.Tensor.__setitem__", T, N, T).in_place == "in:0"


def test_modules_answer_by_construction_and_mode() -> None:
    def of(name: str, *built: ArgKind, training: bool | None = None, **options: ArgKind) -> OpAnswer:
        found = answer(f"torch.nn.{name}", [T], None, Construction(built, tuple(options.items()), training))
        assert found is not None
        return found

    assert of("ReLU").in_place is None and of("ReLU", literal(True)).in_place == "in:0"
    assert of("ReLU", inplace=ArgKind(Form.BOOL)).uncertain
    assert saved(of("Linear", N, N)) == {"in:0": {"param:weight"}, "param:weight": {"in:0"}}
    assert of("Dropout", training=False).outputs[0].alias is Alias.SAME
    assert of("Dropout", literal(0.5), training=True).outputs[0].alias is Alias.NEW
    assert of("Dropout").outputs[0].alias is Alias.MAYBE
    assert "buffer:running_mean" in saved(of("BatchNorm2d", N, training=True))
    assert of("BatchNorm2d", N, training=True).writes == ("buffer:num_batches_tracked",)
    assert "out:0" in saved(of("LSTM", N, N, training=True))
    assert answer("torch.nn.modules.linear.Linear", [T]) is not None


def test_parts_of_modules() -> None:
    def built(*arguments: ArgKind, **options: ArgKind) -> Construction:
        return Construction(arguments, tuple(options.items()))

    assert module_parameters("torch.nn.Linear") == ("weight", "bias")
    assert module_parameters("torch.nn.Linear", built(N, N)) == ("weight", "bias")
    assert module_parameters("torch.nn.Linear", built(N, N, literal(False))) == ("weight",)
    assert module_parameters("torch.nn.Linear", built(N, N, bias=UNKNOWN)) is None
    assert module_parameters("torch.nn.ReLU") == () and is_module("torch.nn.ReLU")
    assert module_parameters("torch.nn.BatchNorm2d", built(N, affine=literal(False))) == ()
    assert module_buffers("torch.nn.BatchNorm2d") == ("running_mean", "running_var", "num_batches_tracked")
    names = module_parameters("torch.nn.LSTM", built(N, N))
    assert names and any(fnmatchcase("weight_hh_l0", name) for name in names)


def test_twins() -> None:
    assert functional_twin("torch.Tensor.add_") == "torch.Tensor.add"
    assert functional_twin("torch.Tensor.__iadd__") == "torch.Tensor.__add__"
    assert functional_twin("torch.nn.functional.relu_") == "torch.nn.functional.relu"
    assert functional_twin("torch.Tensor.add") is None and functional_twin("torch.Tensor.__init__") is None
    assert in_place_twin("torch.Tensor.exp") == "torch.Tensor.exp_"
    assert in_place_twin("torch.Tensor.__mul__") == "torch.Tensor.__imul__"
    assert in_place_twin("torch.Tensor.sum") is None
