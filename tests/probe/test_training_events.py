"""What the probe tells of backward passes, parameters and optimizers, and whether it knows one tensor from another."""

from __future__ import annotations

import pytest

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    GradsCleared,
    Mutated,
    OptimizerBuilt,
    RequiresGradSet,
    Stepped,
)  # fmt: skip
from gradsight.autograd.graph import behind
from support.watched import Run

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
