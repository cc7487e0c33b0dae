"""What the probe tells of ops, cuts, scopes and writes: each at its place."""

from __future__ import annotations

import pytest

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    GradsCleared,
    Mode,
    Mutated,
    Rebound,
    Scope,
    ScopeForm,
)  # fmt: skip
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Form
from support.watched import Run


@pytest.mark.parametrize(
    ("expression", "cut"),
    [
        ("x.detach()", Cut.DETACH),
        ("x.data", Cut.DETACH),
        ("x.sum().item()", Cut.NUMBER),
        ("x.tolist()", Cut.NUMBER),
        ("float(x.sum())", Cut.NUMBER),
        ("x.argmax()", Cut.NOT_DIFFERENTIABLE),
        ("x > 1", Cut.NOT_DIFFERENTIABLE),
        ("x.long()", Cut.NOT_DIFFERENTIABLE),
        ("torch.histc(x, 4)", Cut.NOT_DIFFERENTIABLE),
        ("torch.linspace(0, x.sum(), 4)", Cut.NOT_DIFFERENTIABLE),
    ],
)
def test_cuts(expression: str, cut: Cut) -> None:
    run = Run(f"y = {expression}")
    assert run.one(Applied, expression).cut is cut


@pytest.mark.parametrize(
    "expression",
    ["x[:, None]", "x.exp()", "torch.cat([x, x])", "2 * x", "x @ x", "-x", "x.to(torch.float64)", "F.relu(x)", "1 - x"],
)
def test_what_keeps_the_graph(expression: str) -> None:
    event = Run(f"y = {expression}").one(Applied, expression)
    assert event.cut is None
    assert event.outputs[0].name == "y"
    assert event.outputs[0].requires_grad
    assert event.outputs[0].made_by == event.id
    assert {value.name for value in event.inputs} == {"x"}


@pytest.mark.parametrize(
    ("expression", "by"),
    [
        ("torch.tensor(x * 2)", "torch.tensor"),
        ("torch.tensor([x[0], x[1]])", "torch.tensor"),
        ("torch.Tensor([x[0].item()])", "torch.Tensor"),
        ("torch.tensor((x * 2).sum().item())", "torch.tensor"),
        ("torch.autograd.Variable(x * 2)", "torch.autograd.Variable"),
        ("nn.Parameter(x * 2)", "torch.nn.Parameter"),
    ],
)
def test_copies_without_history(expression: str, by: str) -> None:
    event = Run(f"y = {expression}").one(Created, expression)
    assert (event.by, event.cut, event.value.name) == (by, Cut.REWRAP, "y")
    assert event.inputs


def test_there_and_back_through_numpy() -> None:
    run = Run("a = (x * 2).detach().numpy()\ny = torch.from_numpy(a)")
    away = run.one(Applied, "(x * 2).detach().numpy()")
    back = run.one(Created, "torch.from_numpy(a)")
    assert away.outputs[0].form is Form.ARRAY
    assert [value.id for value in back.inputs] == [away.outputs[0].id]
    assert [event.cut for event in behind(run.trace, back.value).cuts] == [Cut.DETACH]


def test_values_and_indices_are_told_apart() -> None:
    run = Run("values, indices = x.max(0)")
    kept, lost = run.at(Applied, "x.max(0)")
    assert (kept.outputs[0].name, kept.cut) == ("values", None)
    assert (lost.outputs[0].name, lost.cut) == ("indices", Cut.NOT_DIFFERENTIABLE)


# --- scopes ------------------------------------------------------------------------------------------


def test_decorated_function() -> None:
    run = Run(
        """
        @torch.no_grad()
        def double(t):
            return t * 2
        y = double(x)
        """
    )
    scope = run.one(Scope, "torch.no_grad()")
    assert (scope.mode, scope.form) == (Mode.NO_GRAD, ScopeForm.DECORATOR)
    product = run.one(Applied, "t * 2")
    assert (product.scope, product.cut) == (scope.id, Cut.GRAD_MODE)
    assert [run.lines.slice(site.range) for site in product.calls] == ["double(x)"]
    assert [run.lines.slice(site.range) for site in scope.calls] == ["double(x)"]


def test_bare_decorator_among_others_in_a_class() -> None:
    run = Run(
        """
        import functools
        def other(f):
            @functools.wraps(f)
            def inner(*a):
                return f(*a)
            return inner
        class Tool:
            @other
            @torch.inference_mode
            def run(self, t):
                return t * 2
        y = Tool().run(x)
        """
    )
    scope = run.one(Scope, "torch.inference_mode")
    assert (scope.mode, scope.form) == (Mode.INFERENCE, ScopeForm.DECORATOR)
    product = run.one(Applied, "t * 2")
    assert product.scope == scope.id
    assert product.outputs[0].is_inference


def test_switch_left_on_and_switched_back() -> None:
    run = Run("torch.set_grad_enabled(False)\na = x * 2\ntorch.set_grad_enabled(True)\nb = x * 3")
    off = run.one(Scope, "torch.set_grad_enabled(False)")
    on = run.one(Scope, "torch.set_grad_enabled(True)")
    assert (off.mode, off.form) == (Mode.SWITCHED_OFF, ScopeForm.CALL)
    assert on.mode is Mode.ENABLED
    assert run.one(Applied, "x * 2").scope == off.id
    assert run.one(Applied, "x * 3").scope is None


def test_switch_as_a_block_is_one_scope() -> None:
    run = Run("with torch.set_grad_enabled(False):\n    a = x * 2\nb = x * 3")
    (scope,) = run.trace.each(Scope)
    assert (scope.mode, scope.form) == (Mode.SWITCHED_OFF, ScopeForm.WITH)
    assert run.one(Applied, "x * 2").scope == scope.id
    assert run.one(Applied, "x * 3").cut is None


def test_nested_scopes_and_one_of_several_items() -> None:
    run = Run(
        """
        from contextlib import nullcontext
        with nullcontext(), torch.no_grad():
            with torch.enable_grad():
                a = x * 2
            b = x * 3
        c = x * 4
        """
    )
    off = run.one(Scope, "torch.no_grad()")
    run.one(Scope, "torch.enable_grad()")
    assert run.one(Applied, "x * 2").cut is None
    assert run.one(Applied, "x * 3").scope == off.id
    assert run.one(Applied, "x * 4").scope is None


# --- writes ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    ["y += 1", "y[0] = 1", "y.add_(1)", "F.relu(y, inplace=True)", "nn.ReLU(inplace=True)(y)", "y[1:] *= 2"],
)
def test_writes_to_a_saved_tensor_and_the_conflict(statement: str) -> None:
    run = Run(f"y = x.exp()\n{statement}\ny.sum().backward()")
    write = run.at(Mutated, statement)[0]
    save = run.one(Applied, "x.exp()")
    (saved,) = save.saved
    assert (saved.what, saved.version, saved.value.name) == ("result", 0, "y")
    assert write.noticed
    assert write.target.storage == saved.storage
    (call,) = run.trace.each(BackwardCalled)
    assert "modified by an inplace operation" in (call.raised or "")
    assert call.conflict == (save.id, saved.storage)


def test_a_view_is_written() -> None:
    run = Run("y = x * 2\nv = y.view(3)\nv.mul_(2)\nz = y.sum()")
    write = run.one(Mutated, "v.mul_(2)")
    total = run.one(Applied, "y.sum()")
    assert write.target.name == "v"
    assert total.inputs[0].made_by == write.id
    assert {leaf.name for leaf in behind(run.trace, total.outputs[0]).leaves.values()} == {"x"}


def test_a_write_behind_autograd() -> None:
    run = Run("y = x.exp()\ny.data.zero_()\ny.sum().backward()")
    write = run.one(Mutated, "y.data.zero_()")
    (saved,) = run.one(Applied, "x.exp()").saved
    assert not write.noticed
    assert write.target.storage == saved.storage
    (call,) = run.trace.each(BackwardCalled)
    assert call.raised is None


def test_a_refused_write_to_a_leaf() -> None:
    run = Run("x += 1")
    write = run.one(Mutated, "x += 1")
    assert "a leaf Variable that requires grad" in (write.raised or "")
    assert (write.target.name, write.target.is_leaf) == ("x", True)


def test_an_update_under_no_grad_leaves_a_leaf() -> None:
    run = Run("(x * x).sum().backward()\nwith torch.no_grad():\n    x -= 0.1 * x.grad\nx.grad.zero_()\nx.grad = None")
    write = run.one(Mutated, "x -= 0.1 * x.grad")
    assert write.outputs[0].is_leaf
    assert write.outputs[0].requires_grad
    assert run.one(GradsCleared, "x.grad.zero_()").parameters == (write.target.id,)
    assert run.one(GradsCleared, "x.grad = None").parameters == (write.target.id,)


def test_a_name_that_is_given_another_tensor() -> None:
    run = Run("(x * x).sum().backward()\nx = x - 0.1 * x.grad")
    rebound = run.one(Rebound, "x = x - 0.1 * x.grad")
    assert rebound.old.is_leaf
    assert rebound.new.is_leaf is False
    assert rebound.old.id != rebound.new.id
    assert rebound.name == "x"


def test_running_statistics_are_not_the_result() -> None:
    run = Run("norm = nn.BatchNorm1d(3)\nh = norm(torch.ones(4, 3) * x)\nh.sum().backward()")
    result = next(event for event in run.at(Applied, "norm(torch.ones(4, 3) * x)") if event.outputs[0].requires_grad)
    assert result.op == "torch.nn.BatchNorm1d"
    assert all(event.target.requires_grad is False for event in run.trace.each(Mutated))
