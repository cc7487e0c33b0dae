"""Which pieces of a walk have to do with each other: checks look at each group alone, and again only if it changed.

Two blocks belong together where one mentions a tensor, an optimizer, a scope or an event of the other. A function
that nobody calls is a program of its own; with the other methods of its class it makes one group.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gradsight.autograd.events import Event, Trace
from gradsight.static.blocks import Block

_FEW = 1_500
"""Up to so many events everything is looked at together: that is fast enough, and sees most."""


@dataclass(frozen=True)
class Part:
    """Blocks that belong together, in order. Equal to another part if it is of the same blocks."""

    blocks: tuple[Block, ...]

    def trace(self, *, complete: bool) -> Trace:
        """What happened in it."""
        return Trace(each_once(self.blocks), observed=False, complete=complete)


def each_once(blocks: Iterable[Block]) -> list[Event]:
    """The events of blocks, without repetitions of what imported modules do: several walks may look into one."""
    events: list[Event] = []
    seen: set[int] = set()
    for block in blocks:
        if seen.isdisjoint(block.imported):
            events += block.events
        else:
            events += [event for event in block.events if event.id >= 0 or event.id not in seen]
        seen.update(block.imported)
    return events


def parts_of(steps: Sequence[Block], alone: Sequence[tuple[int, Block]]) -> tuple[Part, ...]:
    """The parts of a walk: `steps` are its top-level statements, `alone` the functions that nobody calls with the
    chunk that each stands in."""
    every = [block for block in (*steps, *(block for _, block in alone)) if block.events]
    if sum(len(block.events) for block in every) <= _FEW:
        return (Part(tuple(every)),) if every else ()
    groups = _Groups()
    for block in every:
        for number in block.links:
            groups.unite(block.home, number)
    open_steps = [block.home for block in steps if block.open]
    if open_steps:
        for block in steps:
            groups.unite(open_steps[0], block.home)
    first: dict[int, int] = {}
    for chunk, block in alone:
        groups.unite(first.setdefault(chunk, block.home), block.home)
    found: dict[int, list[Block]] = {}
    for block in every:
        found.setdefault(groups.top(block.home), []).append(block)
    return tuple(Part(tuple(blocks)) for blocks in found.values())


class _Groups:
    """Which numbers belong together."""

    def __init__(self) -> None:
        self._above: dict[int, int] = {}

    def top(self, number: int) -> int:
        above = self._above
        while (next_one := above.get(number, number)) != number:
            above[number] = above.get(next_one, next_one)
            number = next_one
        return number

    def unite(self, one: int, other: int) -> None:
        one, other = self.top(one), self.top(other)
        if one != other:
            self._above[other] = one
