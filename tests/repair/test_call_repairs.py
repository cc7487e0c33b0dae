"""Expressions around a value."""

from __future__ import annotations

import pytest

from gradsight import repair
from support.repairs import check


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «x.detach()»", "y = x"),
        ("y = «x.data»", "y = x"),
        ("y = «x.detach()».clone()", "y = x.clone()"),
        ("y = «(a + b).detach()»", "y = (a + b)"),
        ("y = «x . detach ( )» + 1", "y = x + 1"),
        ("f(«x.item()», 1)", "f(x, 1)"),
        ("y = «x[\n    0\n].detach()»", "y = x[\n    0\n]"),
        ("y = «x\\\n    .detach()»", "y = x"),
        ("y = (\n    «x\n    .detach()»\n    .sum()\n)", "y = (\n    x\n    .sum()\n)"),
        (
            "y = (\n    «x\n    .foo()  # c\n    .detach()»\n    .bar()\n)",
            "y = (\n    x\n    .foo()  # c\n    .bar()\n)",
        ),
        ("y = (\n    «x\n    .foo()  # c\n    .detach()»  # d\n)", "y = (\n    x\n    .foo()  # c\n)"),
        ("z = 1\n«x.detach_()»", "z = 1"),
        ("if c:\n    «x.detach_()»", "if c:\n    pass"),
        ("y = «float(x)»", None),
        ("y = «x»", None),
    ],
)
def test_remove_tail(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.remove_tail(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«z.backward()»", "z.sum().backward()"),
        ("«z[0].backward(retain_graph=True)»  # c", "z[0].sum().backward(retain_graph=True)  # c"),
        ("«(a+b).backward()»", "(a+b).sum().backward()"),
        ("«f(x)(y).backward()»", "f(x)(y).sum().backward()"),
        ("«(\n    z  # c\n).backward()»", "(\n    z  # c\n).sum().backward()"),
        ("«backward(z)»", None),
    ],
)
def test_insert_before_tail(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.insert_before_tail(document, places[0], ".sum()"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «x»", "y = x.detach()"),
        ("y = «a + b»  # c", "y = (a + b).detach()  # c"),
        ("y = («a + b»)", "y = (a + b).detach()"),
        ("y = «(a + b)»", "y = (a + b).detach()"),
        ("f(«a + b»)", "f((a + b).detach())"),
        ("f((«a»))", "f((a).detach())"),
        ("total += «loss»", "total += loss.detach()"),
        ("y = «-a»", "y = (-a).detach()"),
        ("y = «a if c else b»", "y = (a if c else b).detach()"),
        ("y = «a[0](1)»", "y = a[0](1).detach()"),
        ("y = «1»", "y = (1).detach()"),
        ("y = «'a' 'b'»", "y = ('a' 'b').detach()"),
        ("y = «a, b»", "y = (a, b).detach()"),
        ("y = («a\n    + b»)", "y = (a\n    + b).detach()"),
        ("«y» = 1", None),
    ],
)
def test_append(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.append(document, places[0], ".detach()"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«loss.backward»", "loss.backward()"),
        ("«optimizer.step»  # c", "optimizer.step()  # c"),
        ("(«loss.backward»)", "(loss.backward())"),
        ("with «torch.no_grad»:\n    pass", "with torch.no_grad():\n    pass"),
        ("«loss.backward»()", None),
        ("«f()»", None),
    ],
)
def test_append_call(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.append_call(document, places[0]), before, after)


@pytest.mark.parametrize(
    ("before", "callee", "after"),
    [
        ("y = «[a, b]»", "torch.nn.ModuleList", "y = nn.ModuleList([a, b])"),
        ("y = «[\n    a,  # c\n]»", "torch.nn.ModuleList", "y = nn.ModuleList([\n    a,  # c\n])"),
        ("y = «a, b»", "list", "y = list((a, b))"),
        ("y = «m.parameters()»", "list", "y = list(m.parameters())"),
        ("y = «a + b»", "torch.sum", "y = torch.sum(a + b)"),
        ("y = «a»", "numpy.sum", None),
        ("«y» = a", "list", None),
    ],
)
def test_wrap_in_call(before: str, callee: str, after: str | None) -> None:
    check(lambda document, places, _: repair.wrap_in_call(document, places[0], callee), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = «torch.tensor(x)»  # c", "y = x  # c"),
        ("y = «torch.tensor(x,)».sum()", "y = x.sum()"),
        ("y = «torch.tensor(a + b)»", "y = a + b"),
        ("y = «torch.tensor(a + b)» * 2", "y = (a + b) * 2"),
        ("y = -«torch.tensor(a * b)»", "y = -(a * b)"),
        ("y = «torch.tensor(a + b)».sum()", "y = (a + b).sum()"),
        ("y = f(«torch.tensor(a + b)»)", "y = f(a + b)"),
        ("y = [«torch.tensor(a + b)»]", "y = [a + b]"),
        ("y = «torch.tensor((a + b))» * 2", "y = (a + b) * 2"),
        ("y = «torch.tensor((a, b))»", "y = (a, b)"),
        ("y = «torch.tensor(\n    a\n    + b,\n)»", "y = (a\n    + b)"),
        ("y = «torch.tensor([\n    a,  # c\n])»", "y = [\n    a,  # c\n]"),
        ("y = «torch.tensor(  # c\n    a)»", None),
        ("y = «torch.tensor(x, requires_grad=True)»", "y = x"),
        ("y = «torch.tensor(x, device=d)»", None),
        ("y = «torch.tensor(x, y)»", None),
        ("y = «torch.tensor(*x)»", None),
        ("y = «torch.tensor()»", None),
        ("y = «torch.tensor(a for a in b)»", None),
    ],
)
def test_unwrap_call(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.unwrap_call(document, places[0], ["requires_grad"]), before, after)


@pytest.mark.parametrize(
    ("before", "callee", "after"),
    [
        ("y = «math.exp(t)»", "torch.exp", "y = torch.exp(t)"),
        ("y = «(math.exp)(t)»", "torch.exp", "y = torch.exp(t)"),
        ("y = «torch.tensor([\n    a,  # c\n])»", "torch.stack", "y = torch.stack([\n    a,  # c\n])"),
        ("y = «f(t)»", "torch.nn.functional.relu", "y = F.relu(t)"),
        ("y = «f(t)»", "jax.numpy.exp", None),
        ("y = «f»", "torch.exp", None),
    ],
)
def test_replace_callee(before: str, callee: str, after: str | None) -> None:
    check(lambda document, places, _: repair.replace_callee(document, places[0], callee), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«x.require_grad = True»", "x.requires_grad = True"),
        ("«x.require_grad» = True", "x.requires_grad = True"),
        ("«x.requires_grad_ = True»  # c", "x.requires_grad = True  # c"),
        ("y = «x[0].require_grad»", "y = x[0].requires_grad"),
        ("«x.require_grad == True»", "x.requires_grad == True"),
        ("«x» = 1", None),
    ],
)
def test_rename_attribute(before: str, after: str | None) -> None:
    check(lambda document, places, _: repair.rename_attribute(document, places[0], "requires_grad"), before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("«f(a, requires_gradient=True)»", "f(a, requires_grad=True)"),
        ("«f(requires_gradient = True, b=1)»", "f(requires_grad = True, b=1)"),
        ("«f(requires_gradient=True, requires_grad=False)»", None),
        ("«f(a)»", None),
    ],
)
def test_rename_keyword(before: str, after: str | None) -> None:
    check(
        lambda document, places, _: repair.rename_keyword(document, places[0], "requires_gradient", "requires_grad"),
        before,
        after,
    )


@pytest.mark.parametrize(
    ("before", "text", "after"),
    [
        ("y = «float(x)»", "x", "y = x"),
        ("y = 2 * «float(x)»", "a + b", "y = 2 * (a + b)"),
        ("y = 2 * («float(x)»)", "a + b", "y = 2 * (a + b)"),
        ("y = «float(x)»", "a +", None),
    ],
)
def test_replace(before: str, text: str, after: str | None) -> None:
    check(lambda document, places, _: repair.replace(document, places[0], text), before, after)
