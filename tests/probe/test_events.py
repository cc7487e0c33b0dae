"""What the probe tells of single constructs: each op, cut, write, scope and name at its place."""

from __future__ import annotations

from textwrap import dedent
from typing import TypeVar

import pytest

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    Event,
    GradsCleared,
    Mode,
    Mutated,
    OptimizerBuilt,
    Rebound,
    RequiresGradSet,
    Scope,
    ScopeForm,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Form
from gradsight.document import Document
from support.probe_run import observe

E = TypeVar("E", bound=Event)
START = "import torch\nfrom torch import nn\nimport torch.nn.functional as F\nx = torch.ones(3, requires_grad=True)\n"


class Run:
    """One program, its trace, and its events by source text."""

    def __init__(self, program: str) -> None:
        self.text = START + dedent(program).strip("\n") + "\n"
        self.trace: Trace = observe(self.text)
        self.lines = Document.from_text("program.py", self.text).lines

    def at(self, kind: type[E], text: str) -> list[E]:
        """The events of a kind whose place is exactly this text."""
        return [event for event in self.trace.each(kind) if self.lines.slice(event.site.range) == text]

    def one(self, kind: type[E], text: str) -> E:
        """The only one."""
        found = self.at(kind, text)
        told = [(type(event).__name__, self.lines.slice(event.site.range)) for event in self.trace.events]
        assert len(found) == 1, told
        return found[0]


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


# --- asking for gradients ----------------------------------------------------------------------------


def test_grad_with_a_graph_of_its_own() -> None:
    run = Run("(g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)\n(g * g).sum().backward()")
    call, second = run.trace.each(BackwardCalled)
    assert (call.api, call.create_graph, call.retain_graph) == ("grad", True, True)
    assert [value.name for value in call.inputs or ()] == ["x"]
    assert {leaf.name for leaf in behind(run.trace, *second.roots).leaves.values()} == {"x"}


def test_grad_without_one() -> None:
    run = Run("(g,) = torch.autograd.grad((x**3).sum(), x)\ny = g * 2")
    assert run.one(Applied, "g * 2").inputs[0].requires_grad is False


def test_direct_call_of_backward_with_gradient() -> None:
    run = Run("y = x * x\ntorch.autograd.backward([y], [torch.ones(3)], retain_graph=True)")
    (call,) = run.trace.each(BackwardCalled)
    assert (call.api, call.gradient_given, call.retain_graph) == ("backward", True, True)
    assert call.roots[0].name == "y"


def test_a_second_backward() -> None:
    run = Run("y = (x * x).sum()\ny.backward()\ny.backward()")
    first, second = run.trace.each(BackwardCalled)
    assert first.raised is None
    assert "second time" in (second.raised or "")
    assert run.one(Applied, "x * x").keeps is True
    assert run.one(Applied, "(x * x).sum()").keeps is False


def test_custom_function() -> None:
    run = Run(
        """
        class Square(torch.autograd.Function):
            @staticmethod
            def forward(ctx, t):
                ctx.save_for_backward(t)
                return t * t
            @staticmethod
            def backward(ctx, g):
                (t,) = ctx.saved_tensors
                return 2 * t * g
        y = Square.apply(x)
        y.sum().backward()
        """
    )
    event = run.one(Applied, "Square.apply(x)")
    assert event.op == "torch.autograd.Function"
    assert [saved.value.name for saved in event.saved] == ["x"]
    assert event.cut is None
    assert not run.at(Applied, "t * t")
    (call,) = run.trace.each(BackwardCalled)
    assert {leaf.name for leaf in behind(run.trace, *call.roots).leaves.values()} == {"x"}


def test_checkpointed_parameters_get_their_gradient() -> None:
    run = Run(
        """
        from torch.utils.checkpoint import checkpoint
        layer = nn.Linear(3, 1)
        y = checkpoint(lambda t: layer(t).relu(), x, use_reentrant=False)
        y.sum().backward()
        """
    )
    call = next(iter(run.trace.each(BackwardCalled)))
    assert {leaf.name for leaf in behind(run.trace, *call.roots).leaves.values()} >= {"layer.weight", "layer.bias"}


def test_a_hook_runs_unharmed() -> None:
    run = Run("x.register_hook(lambda g: g * 2)\n(x * x).sum().backward()\nassert x.grad[0] == 4")
    assert run.trace.error is None


# --- flags, parameters, optimizers -------------------------------------------------------------------


def test_flags() -> None:
    run = Run(
        """
        y = torch.ones(2)
        y.requires_grad_()
        y.requires_grad = False
        layer = nn.Linear(2, 2)
        layer.requires_grad_(False)
        """
    )
    first = run.one(RequiresGradSet, "y.requires_grad_()")
    second = run.one(RequiresGradSet, "y.requires_grad = False")
    assert (first.flag, first.value.requires_grad, first.value.name) == (True, False, "y")
    assert (second.flag, second.value.requires_grad) == (False, True)
    assert [event.flag for event in run.at(RequiresGradSet, "layer.requires_grad_(False)")] == [False, False]


def test_an_integer_cannot_require_grad() -> None:
    made = Run("y = torch.tensor([1, 2], requires_grad=True)").one(Created, "torch.tensor([1, 2], requires_grad=True)")
    assert "floating point" in (made.raised or "")
    assert made.explicit is True
    flag = Run("y = torch.tensor([1, 2])\ny.requires_grad_()").one(RequiresGradSet, "y.requires_grad_()")
    assert "floating point" in (flag.raised or "")


def test_an_optimizer_that_refuses_a_non_leaf() -> None:
    built = Run("y = x * 2\nopt = torch.optim.SGD([y], lr=0.1)").one(OptimizerBuilt, "torch.optim.SGD([y], lr=0.1)")
    assert "can't optimize a non-leaf Tensor" in (built.raised or "")


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW", "RMSprop", "LBFGS"])
def test_a_step_is_one_event(name: str) -> None:
    run = Run(
        f"""
        layer = nn.Linear(3, 1)
        opt = torch.optim.{name}(layer.parameters(), lr=0.1)
        def closure():
            opt.zero_grad()
            loss = layer(x).square().sum()
            loss.backward()
            return loss
        opt.step(closure)
        """
    )
    (step,) = run.trace.each(Stepped)
    assert run.lines.slice(step.site.range) == "opt.step(closure)"
    assert all(event.by_step == step.id for event in run.trace.each(Mutated))
    assert run.at(Applied, "layer(x).square()")
    assert run.at(BackwardCalled, "loss.backward()")
    assert run.at(GradsCleared, "opt.zero_grad()")


def test_a_step_that_raises_hides_nothing_after_it() -> None:
    run = Run(
        """
        class Odd(torch.optim.SGD):
            def _init_group(self, *a):
                raise ValueError
        opt = Odd([x], lr=0.1)
        try:
            opt.step()
        except ValueError:
            opt.zero_grad()
        y = x * 2
        """
    )
    assert run.one(Applied, "x * 2").outputs[0].name == "y"


def test_building_moving_and_copying_modules_is_quiet() -> None:
    run = Run(
        """
        import copy
        net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.LSTM(2, 2), nn.TransformerEncoderLayer(4, 2)).double()
        twin = copy.deepcopy(net)
        """
    )
    events = list(run.trace.events)[1:]
    assert {type(event) for event in events} == {Created}
    assert {event.by for event in run.trace.each(Created)} >= {"torch.nn.Conv2d", "torch.nn.LSTM", "copy.deepcopy"}


# --- identity ----------------------------------------------------------------------------------------


def test_numbers_are_not_used_again() -> None:
    run = Run("for i in range(50):\n    y = torch.ones(1000) * x[0]\n    del y")
    products = run.at(Applied, "torch.ones(1000) * x[0]")
    assert len(products) == 50
    assert len({event.outputs[0].id for event in products}) == 50
    assert len({event.outputs[0].storage for event in products}) == 50


def test_nothing_is_kept_alive() -> None:
    run = Run(
        """
        import gc, weakref
        y = (x * 2).exp()
        seen = weakref.ref(y)
        z = y.sum()
        z.backward()
        del y, z
        gc.collect()
        assert seen() is None
        """
    )
    assert run.trace.error is None


def test_names_for_hovers() -> None:
    run = Run("y = x * 2\nz = y.sum()")
    names = {(run.lines.slice(site.range), site.range.start.line): value for site, value in run.trace.names.items()}
    assert names["y", 4].requires_grad
    assert names["x", 4].is_leaf
    assert names["y", 5].shape == (3,)
    assert names["z", 5].shape == ()


def test_columns_behind_wide_characters() -> None:
    run = Run('s = "π𝛑"; y = x * 2; z = y.sum()')
    run.one(Applied, "x * 2")
    run.one(Applied, "y.sum()")


def test_calls_over_several_lines() -> None:
    run = Run("y = (\n    x.mul(2)\n    .add(1)\n    .sum()\n)\ny.backward()")
    run.one(Applied, "x.mul(2)\n    .add(1)")
    run.one(Applied, "x.mul(2)\n    .add(1)\n    .sum()")


def test_comprehensions_are_no_calls() -> None:
    run = Run("def f():\n    return [v * 2 for v in x]\nys = f()")
    for event in run.at(Applied, "v * 2"):
        assert [run.lines.slice(site.range) for site in event.calls] == ["f()"]
