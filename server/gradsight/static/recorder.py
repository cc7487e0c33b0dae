"""Collects the events of a walk and hands out numbers that grow with time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gradsight.autograd.events import Event, Site
from gradsight.autograd.values import Value

_PER_STEP = 1 << 20


class Recorder:
    """Events, the values of names, and the numbers of events, tensors, storages and heap objects.

    Numbers are `step * 2**20 + n`, where a step is one top-level statement: a statement that is
    walked again gives the same numbers as long as it makes the same things in the same order, so a
    state can be compared with the one of an earlier walk.
    """

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.names: dict[Site, Value] = {}
        self._by_id: dict[int, Event] = {}
        self.outer: Recorder | None = None
        """The recorder of the walk that this one starts from."""
        self._next = 0

    def begin(self, step: int) -> None:
        """Starts the numbers of a top-level statement."""
        self._next = step * _PER_STEP + 1

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

    def add(self, event: Event) -> None:
        """Appends an event; not a second time what an imported module did, should two branches import it."""
        if event.id < 0 and event.id in self._by_id:
            return
        self.events.append(event)
        self._by_id[event.id] = event

    def maker(self, value: Value) -> Event | None:
        """The event that made `value` or last wrote it in place; None where its origin is unknown."""
        if value.made_by is None:
            return None
        found = self._by_id.get(value.made_by)
        return self.outer.maker(value) if found is None and self.outer is not None else found
