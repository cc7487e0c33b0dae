"""What two versions of a text have in common, so that an edit costs only what it touches."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Sequence


def common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many lines are equal at the beginning, and how many of the others at the end."""
    limit = min(len(old), len(new))
    head = _common(old, new, limit)
    tail = 0
    for one, other in zip(reversed(old), reversed(new), strict=False):
        if tail >= limit - head or one != other:
            break
        tail += 1
    return head, tail


def _common(old: Sequence[str], new: Sequence[str], limit: int) -> int:
    """How many lines are equal at the beginning."""
    for number in range(limit):
        if old[number] != new[number]:
            return number
    return limit


def match_texts(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new text the old one that it continues: an equal one, or the one between the same neighbours.

    No old text is given twice.
    """
    head, tail = common_ends(old, new)
    found: list[int | None] = list(range(head)) + [None] * (len(new) - head)
    for number in range(tail):
        found[len(new) - 1 - number] = len(old) - 1 - number
    waiting: defaultdict[str, deque[int]] = defaultdict(deque)
    for number in range(head, len(old) - tail):
        waiting[old[number]].append(number)
    for number in range(head, len(new) - tail):
        if same := waiting.get(new[number]):
            found[number] = same.popleft()
    used = {number for number in found if number is not None}
    for number in range(len(new)):
        if found[number] is not None:
            continue
        before = found[number - 1] if number else -1
        after = found[number + 1] if number + 1 < len(new) else len(old)
        if before is not None and after is not None and after == before + 2 and before + 1 not in used:
            found[number] = before + 1
            used.add(before + 1)
    return found
