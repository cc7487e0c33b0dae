"""Names that were meant to be `requires_grad`."""

from __future__ import annotations

from difflib import SequenceMatcher

_RIGHT = "requires_grad"
_ALIKE = 0.8
_MEANT = {"needs_grad", "need_grad", "needs_gradient", "requires_gradient", "requires_gradients", "require_gradient"}
_SQUEEZED = {name.replace("_", "") for name in _MEANT | {_RIGHT}}


def is_attempt(attribute: str) -> bool:
    """Whether a name was meant to be `requires_grad` and is not."""
    word = attribute.lower()
    if attribute == _RIGHT or word.startswith("_"):
        return False
    return word.replace("_", "") in _SQUEEZED or SequenceMatcher(None, word, _RIGHT).ratio() >= _ALIKE
