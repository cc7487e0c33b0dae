"""The op facts against PyTorch itself: whatever an answer claims of a call must be what that call does."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from gradsight.autograd.op_facts import (  # noqa: E402
    NUMBER,
    OTHER,
    TENSOR,
    Alias,
    Construction,
    answer,
    literal,
    measured_version,
    module_buffers,
    module_parameters,
)
from support import op_calls  # noqa: E402
from support.op_calls import CALLS, MODULES, t, words  # noqa: E402
from support.op_claims import disagreements, kind_of  # noqa: E402

pytestmark = pytest.mark.skipif(
    not torch.__version__.startswith(measured_version()), reason="the facts are those of another version"
)


@pytest.mark.parametrize(("name", "call", "args", "kwargs"), CALLS, ids=[name for name, *_ in CALLS])
def test_op(name: str, call: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    assert list(disagreements(name, call, args, kwargs)) == []


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("name", "built", "options", "inputs"), MODULES, ids=[name for name, *_ in MODULES])
def test_module(name: str, built: Any, options: Any, inputs: Any, training: bool) -> None:
    construction = Construction(
        tuple(kind_of(value) for value in built),
        tuple((key, kind_of(value)) for key, value in options.items()),
        training,
    )
    module = getattr(nn, name)(*built, **options).train(training)
    public = f"torch.nn.{name}"
    assert list(disagreements(public, module, inputs, {}, construction)) == []
    for claimed, parts in (
        (module_parameters(public, construction), module.named_parameters()),
        (module_buffers(public, construction), module.named_buffers()),
    ):
        assert claimed is not None
        real = [part for part, _ in parts]
        assert all(any(fnmatchcase(part, pattern) for pattern in claimed) for part in real)
        assert all(any(fnmatchcase(part, pattern) for part in real) for pattern in claimed)


def test_integers_are_rejected_where_the_facts_say_so() -> None:
    for name in words("mean std var softmax sum exp max cumsum norm sqrt"):
        by_dimension = name in ("softmax", "cumsum")
        arguments = (torch.tensor([[1, 2], [3, 4]]), *((1,) if by_dimension else ()))
        kinds = [TENSOR, *([NUMBER] if by_dimension else [])]
        claim = answer(f"torch.Tensor.{name}", kinds)
        assert claim is not None
        try:
            getattr(torch.Tensor, name)(*arguments)
            raised = False
        except (RuntimeError, TypeError):
            raised = True
        assert claim.rejects_integer is raised, name


def test_zero_derivatives() -> None:
    for name in words("round floor ceil trunc sign exp relu sum abs"):
        leaf = (torch.arange(12.0) / 3 - 2.1).requires_grad_()
        getattr(torch, name)(leaf).sum().backward()
        claim = answer(f"torch.{name}", [TENSOR])
        assert claim is not None
        assert ("in:0" in claim.zero_derivative) is not bool((leaf.grad != 0).any()), name


def test_leaves_are_refused_where_the_facts_say_so() -> None:
    for name, others in (("add_", (1.0,)), ("exp_", ()), ("logical_not_", ()), ("zero_", ()), ("requires_grad_", ())):
        claim = answer(f"torch.Tensor.{name}", [TENSOR, *map(literal, others)])
        assert claim is not None
        try:
            getattr(t().requires_grad_(), name)(*others)
            raised = False
        except RuntimeError:
            raised = True
        assert bool(claim.leaf_write_raises) is raised, name


def test_views_made_together_refuse_writes() -> None:
    for name, others in (("split", (1,)), ("unbind", ()), ("chunk", (2,)), ("view", (6,)), ("t", ())):
        claim = answer(f"torch.Tensor.{name}", [TENSOR, *map(literal, others)])
        assert claim is not None
        made = getattr(t().requires_grad_().clone(), name)(*others)
        try:
            (made if isinstance(made, torch.Tensor) else made[0]).mul_(2)
            raised = False
        except RuntimeError as error:
            raised = "multi-view" in str(error) or "multiple views" in str(error)
        assert claim.outputs[0].multi_view is raised, name


def test_an_index_that_may_be_a_list_is_not_called_a_view() -> None:
    assert answer("torch.Tensor.__getitem__", [TENSOR, OTHER]).outputs[0].alias is Alias.MAYBE  # type: ignore[union-attr]


def test_what_only_touches_gradients_and_hooks() -> None:
    """Rows of calls that return no tensor, or write gradients and not the tensors they are given."""
    parameter = t().requires_grad_()
    (parameter * 2).sum().backward()
    before = parameter._version
    assert not nn.utils.clip_grad_norm_([parameter], 1.0).requires_grad
    assert nn.utils.clip_grad_value_([parameter], 1.0) is None and parameter._version == before
    assert nn.utils.vector_to_parameters(torch.ones(6), [parameter]) is None and parameter._version == before
    result = parameter * 2
    assert result.retain_grad() is None and isinstance(result.register_hook(print), torch.utils.hooks.RemovableHandle)
    assert result.sum().backward() is None and result.get_device() == -1
    for name in ("clip_grad_value_", "vector_to_parameters"):
        claim = answer(f"torch.nn.utils.{name}", [OTHER, OTHER])
        assert claim is not None and claim.returns is None and claim.writes == ()
    for name in ("retain_grad", "register_hook", "backward", "get_device"):
        claim = answer(f"torch.Tensor.{name}", [TENSOR, *([OTHER] if name == "register_hook" else [])])
        assert claim is not None and claim.returns is None and claim.writes == ()


def test_packed_sequences_keep_the_graph() -> None:
    sequence = t(3, 2, 4).requires_grad_()
    packed = nn.utils.rnn.pack_padded_sequence(sequence, torch.tensor([3, 2]))
    padded, lengths = nn.utils.rnn.pad_packed_sequence(packed)
    assert packed.data.requires_grad and padded.requires_grad and not lengths.requires_grad
    packing = answer("torch.nn.utils.rnn.pack_padded_sequence", [TENSOR, OTHER])
    assert packing is not None and packing.returns == 0 and packing.outputs[0].differentiable
    claim = answer("torch.nn.utils.rnn.pad_packed_sequence", [TENSOR])
    assert claim is not None and [output.differentiable for output in claim.outputs] == [True, False]


def test_every_row_written_by_hand_is_run_here() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    from measure_op_facts.by_hand import HAND_ROWS

    source = "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, op_calls.__file__))
    # Both need a device that is not there; what they say is what `cpu` and `to` say.
    elsewhere = {"torch.Tensor.cuda", "torch.Tensor.pin_memory"}
    run = set(re.findall(r"[\w.]+", source)) | elsewhere
    assert [name for name in HAND_ROWS if not {name, name.rpartition(".")[2]} & run] == []
    assert (
        HAND_ROWS["torch.Tensor.cpu"][1] == HAND_ROWS["torch.Tensor.cuda"][1] == HAND_ROWS["torch.Tensor.pin_memory"][1]
    )


def test_measuring_twice_gives_the_same() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2] / "tools"))
    from measure_op_facts import measure, more_samples, samples
    from measure_op_facts.public import callables

    functions = callables()
    for name, kept in (("torch.Tensor.mul_", "mul"), ("torch.nn.functional.dropout", "torch.nn.functional.dropout")):
        calls = list(samples.variants(more_samples.MORE[kept]()))
        first, second = (measure.measured_op(name, functions[name], calls) for _ in range(2))
        assert first is not None and first == second
