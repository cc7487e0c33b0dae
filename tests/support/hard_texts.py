"""Programs that are hard to read: nested, recursive, long, or full of calls that call each other."""

from __future__ import annotations

from collections.abc import Callable

HEAD = "import torch\nimport torch.nn as nn\nimport torch.nn.functional as F\n\n"


def nested_expression(size: int) -> str:
    """Calls within calls, and a long chain of operators."""
    deep = min(size, 90)
    chain = " + ".join(["torch.ones(3, requires_grad=True)"] * size)
    return f"{HEAD}x = {'torch.exp(' * deep}torch.ones(3){')' * deep}\ny = {chain}\ny.sum().backward()\n"


def nested_blocks(size: int) -> str:
    """Loops and branches within each other."""
    lines = [HEAD, "x = torch.ones(3, requires_grad=True)"]
    for depth in range(min(size, 18)):
        lines.append("    " * depth + (f"for i{depth} in range(n):" if depth % 2 else f"if flag{depth}:"))
        lines.append("    " * (depth + 1) + "x = x * 2")
    lines.append("x.sum().backward()")
    return "\n".join(lines) + "\n"


def nested_loops(size: int) -> str:
    """Nothing but loops, so that each level doubles the work."""
    depth = min(size, 18)
    lines = [HEAD, "x = torch.ones(3, requires_grad=True)"]
    lines += ["    " * level + f"for i{level} in items:" for level in range(depth)]
    return "\n".join([*lines, "    " * depth + "x = x * 2", "x.sum().backward()"]) + "\n"


def recursion(size: int) -> str:
    """Functions that call themselves and each other several times."""
    lines = [HEAD]
    for number in range(size):
        lines += [
            f"def f{number}(x, n):",
            "    if n:",
            f"        x = f{(number + 1) % size}(x * 2, n - 1) + f{(number + 7) % size}(x, n - 1)",
            f"    return f{number}(x, n)",
            "",
        ]
    return "\n".join([*lines, "f0(torch.ones(3, requires_grad=True), k).sum().backward()"]) + "\n"


def calling_each_other(size: int) -> str:
    """Many functions, each of which calls the two behind it."""
    lines = [HEAD]
    for number in range(size):
        following = f"f{number + 1}(x) * f{min(number + 2, size - 1)}(x)" if number + 1 < size else "x.exp()"
        lines += [f"def f{number}(x):", f"    y = {following}", "    return y.tanh()", ""]
    return "\n".join([*lines, "f0(torch.ones(3, requires_grad=True)).sum().backward()"]) + "\n"


def many_branches(size: int) -> str:
    """A long chain of conditions, in each of which something else is computed."""
    lines = [HEAD, "def pick(kind, x):"]
    for number in range(size):
        lines += [f"    {'el' if number else ''}if kind == {number}:", f"        y{number} = x * {number}"]
        lines += ["        x = x + 1"]
    lines += ["    return x", "", "w = torch.ones(3, requires_grad=True)", "pick(kind, w).sum().backward()"]
    for number in range(size):
        lines += [f"if kind == {number}:", f"    w{number} = w * {number}"]
    return "\n".join(lines) + "\n"


def huge_literals(size: int) -> str:
    """Long lists, dictionaries and strings, merged again and again."""
    numbers = ", ".join(str(number) for number in range(size))
    pairs = ", ".join(f"'k{number}': torch.ones({number % 5 + 1})" for number in range(size // 10))
    merges = [f"table = {{**table, 'n{number}': {number}}}\nrow = row + [{number}]" for number in range(size // 40)]
    merged = "\n".join(merges)
    return f"{HEAD}row = [{numbers}]\ntable = {{{pairs}}}\n{merged}\ntext = 'a' * {size}\nx = torch.tensor(row)\n"


def many_backwards(size: int) -> str:
    """Backward after backward over a graph that grows, within and outside of loops."""
    lines = [HEAD, "w = torch.ones(3, requires_grad=True)", "state = w * 1"]
    for number in range(size):
        lines += ["state = state * 2 + w", f"loss{number} = state.sum()", f"loss{number}.backward(retain_graph=True)"]
    lines += ["for step in range(9):", "    state = state * w"]
    lines += ["    for inner in range(9):", "        state.sum().backward()"]
    return "\n".join(lines) + "\n"


def many_layers(size: int) -> str:
    """One network of many layers, trained by several loops."""
    layers = "\n".join(f"        self.layer{number} = nn.Linear(8, 8)" for number in range(size))
    steps = "\n".join(f"        x = F.relu(self.layer{number}(x))" for number in range(size))
    loop = (
        "for step in range(10):\n    optimizer.zero_grad()\n    loss = net(torch.randn(2, 8)).mean()\n"
        "    loss.backward()\n    optimizer.step()\n"
    )
    return (
        f"{HEAD}class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n{layers}\n\n"
        f"    def forward(self, x):\n{steps}\n        return x\n\nnet = Net()\n"
        f"optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\n{loop * 4}"
    )


def out_of_sight(size: int) -> str:
    """Everything is handed to code that cannot be seen."""
    lines = [HEAD, "import somewhere"]
    for number in range(size):
        lines += [f"x{number} = torch.ones(3, requires_grad=True)", f"somewhere.keep(x{number}, [x{number}])"]
    return "\n".join(lines) + "\n"


def closures(size: int) -> str:
    """Functions that make functions, all of them kept."""
    lines = [HEAD, "kept = []", "def make(scale):", "    def inner(x):", "        return x * scale", "    return inner"]
    for number in range(size):
        lines += [f"g{number} = make({number})", f"kept.append(lambda x: g{number}(x))"]
    return "\n".join([*lines, "for g in kept:", "    g(torch.ones(3, requires_grad=True)).sum().backward()"]) + "\n"


KINDS: dict[str, tuple[Callable[[int], str], int]] = {
    "nested expression": (nested_expression, 2_000),
    "nested blocks": (nested_blocks, 90),
    "nested loops": (nested_loops, 90),
    "recursion": (recursion, 60),
    "calling each other": (calling_each_other, 5_000),
    "many branches": (many_branches, 2_000),
    "huge literals": (huge_literals, 20_000),
    "many backwards": (many_backwards, 2_000),
    "many layers": (many_layers, 1_000),
    "out of sight": (out_of_sight, 5_000),
    "closures": (closures, 2_000),
}
"""By name: what writes such a program, and the size at which it is hard."""
