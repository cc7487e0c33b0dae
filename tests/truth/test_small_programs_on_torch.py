"""PyTorch says what the small programs claim."""

from __future__ import annotations

import warnings
from typing import Any

import pytest

from support.small_programs import SmallProgram, small_programs

torch = pytest.importorskip("torch")


def leaves_behind(root: Any) -> int:
    """How many tensors accumulate a gradient if `root.backward()` is called."""
    if root.grad_fn is None:
        return int(root.requires_grad)
    seen, leaves, waiting = set(), set(), [root.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            leaves.add(id(node.variable))
        waiting += [following for following, _ in node.next_functions]
    return len(leaves)


@pytest.mark.parametrize("program", small_programs(), ids=lambda program: program.name)
def test_pytorch_says_so(program: SmallProgram, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[bool, int]] = []
    plain = torch.Tensor.backward

    def watched(self: Any, *arguments: Any, **keywords: Any) -> None:
        found.append((self.requires_grad, leaves_behind(self)))
        if self.requires_grad:
            plain(self if self.dim() == 0 else self.sum(), *arguments, **keywords)

    monkeypatch.setattr(torch.Tensor, "backward", watched)
    enabled = torch.is_grad_enabled()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(compile(program.source, program.name, "exec"), {"__name__": "__main__"})
    finally:
        torch.set_grad_enabled(enabled)
    assert found[-1] == (program.requires_grad, program.leaves)
