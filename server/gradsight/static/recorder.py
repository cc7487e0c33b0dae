"""Collects the events of a piece of a walk and hands out numbers that grow with time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from gradsight.autograd.events import Event, Site
from gradsight.autograd.values import Value

PER_STEP = 1 << 20


class Recorder:
    """Events, the values of names, and the numbers of events, tensors, storages and heap objects.

    Numbers are `step * PER_STEP + n`, where a step is one top-level statement: a statement that is
    walked again gives the same numbers as long as it makes the same things in the same order, so a
    state can be compared with the one of an earlier walk.
    """

    def __init__(self, step: int, earlier: Callable[[int], Event | None]) -> None:
        self.step = step
        self.events: list[Event] = []
        self.names: dict[Site, Value] = {}
        self.history: dict[int, Event | None] = {}
        """The events of earlier steps that were asked for."""
        self._by_id: dict[int, Event] = {}
        self._earlier = earlier
        self._next = step * PER_STEP + 1

    def number(self) -> int:
        """A number that was not given before in this step."""
        self._next += 1
        return self._next

    @contextmanager
    def numbered_from(self, first: int) -> Iterator[None]:
        """Within, numbers come from `first` on: what is walked gets the same ones whenever that happens."""
        outer, self._next = self._next, first
        try:
            yield
        finally:
            self._next = outer

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within, what happens is not kept, apart from what imported modules do: it is no part of the program's run."""
        kept, self.events = self.events, []
        try:
            yield
        finally:
            self.events = [*kept, *(event for event in self.events if event.id < 0)]

    def add(self, event: Event) -> None:
        """Appends an event; not a second time what an imported module did, should two branches import it."""
        if event.id < 0 and event.id in self._by_id:
            return
        self.events.append(event)
        self._by_id[event.id] = event

    def maker(self, value: Value) -> Event | None:
        """The event that made `value` or last wrote it in place; None where its origin is unknown."""
        number = value.made_by
        if number is None:
            return None
        found = self._by_id.get(number)
        if found is None:
            if number in self.history:
                return self.history[number]
            found = self.history[number] = self._earlier(number)
        return found
