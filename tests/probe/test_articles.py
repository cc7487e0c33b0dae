"""The programs that people read when a gradient is missing: what the probe sees in each of them."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    GradRead,
    GradsCleared,
    Mode,
    Mutated,
    OptimizerBuilt,
    Scope,
    ScopeForm,
    Stepped,
    Trace,
)
from gradsight.document import Document
from support.probe_run import observe

NO_GRAPH = "element 0 of tensors does not require grad"
NO_SCALAR = "grad can be implicitly created only for scalar outputs"


def seen(program: str) -> tuple[Trace, list[str]]:
    """The trace, and the source text of each event's place with the event's kind before it."""
    text = dedent(program).lstrip()
    trace = observe(text)
    lines = Document.from_text("program.py", text).lines
    return trace, [f"{type(event).__name__} {lines.slice(event.site.range)}" for event in trace.events]


def raised(trace: Trace) -> str:
    (call,) = trace.each(BackwardCalled)
    return call.raised or ""


def test_not_required_and_no_scalar() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.tensor([3.0, 1.0, 2.0], requires_grad=False)
        b = a + 5
        c = b * b
        c.backward()
        print(a.grad)
        """
    )
    assert events == [
        "Created torch.tensor([3.0, 1.0, 2.0], requires_grad=False)",
        "Applied a + 5",
        "Applied b * b",
        "BackwardCalled c.backward()",
    ]
    created, plus, times, call = trace.events
    assert isinstance(created, Created)
    assert created.explicit is False
    assert created.by == "torch.tensor"
    assert isinstance(plus, Applied)
    assert plus.op == "torch.Tensor.add"
    assert isinstance(times, Applied)
    assert [value.name for value in times.inputs] == ["b"]
    assert times.outputs[0].name == "c"
    assert times.outputs[0].requires_grad is False
    assert times.cut is None
    assert isinstance(call, BackwardCalled)
    assert call.roots[0].name == "c"
    assert call.roots[0].elements == 3
    assert call.roots[0].made_by == times.id
    assert NO_GRAPH in (call.raised or "")
    assert trace.error is not None
    assert trace.error.type == "RuntimeError"
    assert trace.error.site == call.site
    assert trace.complete


def test_block_without_grad() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.tensor([3.0, 1.0], requires_grad=True)
        b = a + 5
        with torch.no_grad():
            c = b * b
        c.backward()
        """
    )
    assert events[2:] == ["Scope torch.no_grad()", "Applied b * b", "BackwardCalled c.backward()"]
    scope, product = trace.events[2:4]
    assert isinstance(scope, Scope)
    assert (scope.mode, scope.form) == (Mode.NO_GRAD, ScopeForm.WITH)
    assert isinstance(product, Applied)
    assert product.cut is Cut.GRAD_MODE
    assert product.scope == scope.id
    assert NO_GRAPH in raised(trace)


def test_in_place_on_a_clone() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.tensor([3.0, 1.0], requires_grad=True)
        b = a.clone()
        b.add_(5)
        c = b * b
        c.backward()
        """
    )
    assert events[1:4] == ["Applied a.clone()", "Mutated b.add_(5)", "Applied b * b"]
    clone, write, product = trace.events[1:4]
    assert isinstance(clone, Applied)
    assert clone.saved == ()
    assert clone.keeps is False
    assert isinstance(write, Mutated)
    assert write.target.name == "b"
    assert write.target.made_by == clone.id
    assert write.version == 1
    assert write.noticed
    assert isinstance(product, Applied)
    assert product.inputs[0].made_by == write.id
    assert {saved.version for saved in product.saved} == {1}
    assert NO_SCALAR in raised(trace)


MODEL = """
    import torch
    from torch import nn

    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.line = nn.Linear(1, 1)

        def forward(self, batch):
            {body}

    net = Line()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    batch = torch.tensor([[2.0]], requires_grad=True)
    target = torch.tensor([[5.0]])
    out = net(batch)
    loss = nn.MSELoss()(out, target)
    loss.backward()
    print(net.line.weight.grad)
    optimizer.step()
    optimizer.zero_grad()
"""


def test_layer_loss_and_optimizer() -> None:
    trace, events = seen(MODEL.format(body="return self.line(batch)"))
    assert events == [
        "Created nn.Linear(1, 1)",
        "Created nn.Linear(1, 1)",
        "OptimizerBuilt torch.optim.SGD(net.parameters(), lr=0.01)",
        "Created torch.tensor([[2.0]], requires_grad=True)",
        "Created torch.tensor([[5.0]])",
        "Applied self.line(batch)",
        "Applied nn.MSELoss()(out, target)",
        "BackwardCalled loss.backward()",
        "GradRead net.line.weight.grad",
        "Stepped optimizer.step()",
        "Mutated optimizer.step()",
        "Mutated optimizer.step()",
        "GradsCleared optimizer.zero_grad()",
    ]
    weight, bias, built, _, _, layer, criterion, call, read, step, first, second, cleared = trace.events
    assert isinstance(weight, Created)
    assert isinstance(bias, Created)
    assert weight.by == "torch.nn.Linear"
    assert [weight.value.name, bias.value.name] == ["net.line.weight", "net.line.bias"]
    assert weight.value.is_parameter
    assert isinstance(built, OptimizerBuilt)
    assert built.name == "optimizer"
    assert [value.id for value in built.parameters or ()] == [weight.value.id, bias.value.id]
    assert isinstance(layer, Applied)
    assert layer.op == "torch.nn.Linear"
    assert [value.name for value in layer.inputs] == ["batch", "self.line.weight", "self.line.bias"]
    assert len(layer.calls) == 1
    assert isinstance(criterion, Applied)
    assert criterion.op == "torch.nn.MSELoss"
    assert criterion.outputs[0].name == "loss"
    assert criterion.inputs[0].made_by == layer.id
    assert isinstance(call, BackwardCalled)
    assert call.raised is None
    assert isinstance(read, GradRead)
    assert read.has_grad is True
    assert read.value.name == "net.line.weight"
    assert isinstance(step, Stepped)
    assert step.name == "optimizer"
    assert step.optimizer == built.optimizer
    assert step.parameters == (weight.value.id, bias.value.id)
    for write in (first, second):
        assert isinstance(write, Mutated)
        assert write.by_step == step.id
    assert isinstance(cleared, GradsCleared)
    assert (cleared.by, cleared.name, cleared.parameters) == ("optimizer", "optimizer", step.parameters)


def test_a_product_in_forward_keeps_the_graph() -> None:
    trace, events = seen(MODEL.format(body="return self.line(batch) * 2.0"))
    assert "Applied self.line(batch) * 2.0" in events
    assert all(event.cut is None for event in trace.each(Applied))


def test_an_augmented_product_in_forward_is_harmless() -> None:
    body = "out = self.line(batch); out *= 2.0; return out"
    trace, events = seen(MODEL.format(body=body))
    assert "Mutated out *= 2.0" in events
    write = next(event for event in trace.each(Mutated) if event.by_step is None)
    assert write.target.name == "out"
    assert write.outputs[0].requires_grad
    layer = next(event for event in trace.each(Applied) if event.op == "torch.nn.Linear")
    assert write.target.storage not in {saved.storage for saved in layer.saved}
    assert raised(trace) == ""


def test_nothing_requires_grad() -> None:
    trace, events = seen("import torch\na = torch.tensor([1.0, 2.0])\nb = a * 2\nc = b.sum()\nc.backward()\n")
    assert events[1:] == ["Applied a * 2", "Applied b.sum()", "BackwardCalled c.backward()"]
    assert NO_GRAPH in raised(trace)


def test_grad_of_a_non_leaf_is_none() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.tensor([1.0, 2.0], requires_grad=True)
        b = a * 2
        c = b.sum()
        c.backward()
        print(a.grad)
        print(b.grad)
        """
    )
    assert events[-2:] == ["GradRead a.grad", "GradRead b.grad"]
    leaf, inner = trace.each(GradRead)
    assert (leaf.has_grad, leaf.value.is_leaf) == (True, True)
    assert (inner.has_grad, inner.value.is_leaf) == (False, False)


def test_a_slice_is_part_of_the_graph() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
        b = a[:, 0]
        c = b.sum()
        c.backward()
        print(b.grad)
        """
    )
    assert events[1] == "Applied a[:, 0]"
    view = trace.events[1]
    assert isinstance(view, Applied)
    assert view.outputs[0].storage == view.inputs[0].storage
    assert view.outputs[0].id != view.inputs[0].id


@pytest.mark.parametrize(("change", "kind"), [("b += 1", Mutated), ("b = b + 1", Applied)])
def test_plus_one_in_place_and_out_of_place(change: str, kind: type[Applied]) -> None:
    trace, events = seen(
        f"import torch\na = torch.tensor([1.0, 2.0], requires_grad=True)\nb = a * 2\n{change}\nc = b.sum()\n"
        "c.backward()\nprint(a.grad)\n"
    )
    event = trace.events[2]
    assert type(event) is kind
    assert event.outputs[0].name == "b"
    assert events[2].endswith("b += 1" if kind is Mutated else " b + 1")
    assert raised(trace) == ""
    assert [read.has_grad for read in trace.each(GradRead)] == [True]


def test_one_of_three_was_never_tracked() -> None:
    trace, _ = seen(
        """
        import torch
        a = torch.randn(3, requires_grad=True)
        w = torch.randn(3, requires_grad=False)
        b = torch.randn(1, requires_grad=True)
        score = torch.dot(a, w) + b
        score.backward()
        print(a.grad)
        print(w.grad)
        print(b.grad)
        """
    )
    assert [(read.value.name, read.has_grad) for read in trace.each(GradRead)] == [
        ("a", True),
        ("w", False),
        ("b", True),
    ]


def test_detached_score() -> None:
    trace, events = seen(
        """
        import torch
        a = torch.randn(3, requires_grad=True)
        b = torch.randn(1, requires_grad=True)
        middle = a.sum() + b
        score = middle.detach()
        score.backward()
        """
    )
    assert "Applied middle.detach()" in events
    detach = next(event for event in trace.each(Applied) if event.op == "torch.Tensor.detach")
    assert detach.cut is Cut.DETACH
    assert detach.outputs[0].name == "score"
    assert detach.outputs[0].storage == detach.inputs[0].storage
    assert NO_GRAPH in raised(trace)


def test_all_tracked() -> None:
    trace, _ = seen(
        """
        import torch
        a, w, b = (torch.randn(n, requires_grad=True) for n in (3, 3, 1))
        score = torch.dot(a, w) + b
        score.backward()
        print(a.grad, w.grad, b.grad)
        """
    )
    assert [read.has_grad for read in trace.each(GradRead)] == [True, True, True]


GETTER = """
    import torch
    a = torch.tensor([2.0], requires_grad=True)
    b = a**2
    loss = b.mean()
    {line}
    loss.backward()
    def gradient_of(tensor):
        return tensor.grad
    print(gradient_of(a))
"""


def test_a_function_that_reads_grad() -> None:
    trace, events = seen(GETTER.format(line="pass"))
    assert events[-1] == "GradRead tensor.grad"
    (read,) = trace.each(GradRead)
    assert read.value.name == "tensor"
    assert read.has_grad is True
    assert len(read.calls) == 1


def test_a_late_write_to_what_nothing_saved() -> None:
    trace, events = seen(GETTER.format(line="b.add_(1)"))
    assert "Mutated b.add_(1)" in events
    power = next(event for event in trace.each(Applied) if event.op == "torch.Tensor.__pow__")
    assert [saved.value.name for saved in power.saved] == ["a"]
    assert raised(trace) == ""
