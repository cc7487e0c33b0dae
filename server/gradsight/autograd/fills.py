"""Tensors whose elements are all one known number, and since when: factories, initialisers, whole writes."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from gradsight.autograd.events import Applied, Created, Event, Mutated, Opaque, Stepped, Trace
from gradsight.autograd.fill_events import Filled
from gradsight.autograd.values import Value

_FACTORIES = {"zeros": 0.0, "ones": 1.0, "zeros_like": 0.0, "ones_like": 1.0}
_SETTERS = {"zero_": 0.0, "zeros_": 0.0, "ones_": 1.0}
_SAME_VALUES = frozenset(["data", "detach"])


@dataclass(frozen=True, slots=True)
class Fill:
    """Every element is `number` since `event`."""

    number: float
    event: Event


class Fills:
    """Asks of a trace which tensors hold one number everywhere at a moment."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._writes: dict[int, list[tuple[int, Event, float | None]]] = {}
        """By storage: what was written, in order; None for anything but one number everywhere."""
        self._by_id: dict[int, list[int]] = {}
        """By tensor: when steps and code out of sight may have changed it."""
        for event in trace.events:
            self._note(event)

    def before(self, value: Value, moment: Event) -> Fill | None:
        """What `value` holds everywhere when `moment` happens."""
        maker = self._trace.maker(value)
        changes = self._by_id.get(value.id, ())
        writes = self._writes.get(value.storage, []) if value.storage is not None else []
        writes = writes[: bisect_left(writes, moment.id, key=lambda write: write[0])]
        since = maker.id if isinstance(maker, Created) else -1
        fill = self._created(maker) if isinstance(maker, Created) else None
        if writes:
            since, event, number = writes[-1]
            if not set(event.branch) <= set(moment.branch):
                return None
            fill = None if number is None else Fill(number, event)
        elif maker is None or not isinstance(maker, Created):
            return None
        return None if any(since < change < moment.id for change in changes) else fill

    def _created(self, made: Created) -> Fill | None:
        short = made.by.rpartition(".")[2]
        if short in ("Parameter", "Variable") and len(made.inputs) == 1:
            copied = self.before(made.inputs[0], made)
            return None if copied is None else Fill(copied.number, copied.event)
        number = _FACTORIES.get(short)
        return None if number is None else Fill(number, made)

    def _note(self, event: Event) -> None:
        if isinstance(event, Filled):
            self._write(event.value.storage, event, event.number)
        elif isinstance(event, Mutated):
            number = self._written(event) if self._is_whole(event.target) else None
            self._write(event.target.storage, event, number)
        elif isinstance(event, Stepped):
            for number_of in event.parameters or ():
                self._by_id.setdefault(number_of, []).append(event.id)
        elif isinstance(event, Opaque):
            for number_of in event.touched or ():
                self._by_id.setdefault(number_of, []).append(event.id)

    def _write(self, storage: int | None, event: Event, number: float | None) -> None:
        if storage is not None:
            self._writes.setdefault(storage, []).append((event.id, event, number))

    def _written(self, event: Mutated) -> float | None:
        """The number that a write leaves in every element."""
        short = event.op.rpartition(".")[2]
        if short in _SETTERS:
            return _SETTERS[short]
        given = {name: number for name, number in event.constants if isinstance(number, int | float)}
        if short in ("fill_", "constant_"):
            number = given.get("1", given.get("value", given.get("val")))
            return None if number is None else float(number)
        if short in ("mul_", "__imul__") and given.get("1", given.get("other")) == 0:
            return 0.0
        if short in ("copy_", "data") and len(event.inputs) == 1:
            fill = self.of(event.inputs[0], event)
            return None if fill is None else fill.number
        return None

    def of(self, value: Value, moment: Event) -> Fill | None:
        """The same as `before`, also through what shares all the values of another tensor (`.data`, `detach()`)."""
        maker = self._trace.maker(value)
        if isinstance(maker, Applied) and maker.op.rpartition(".")[2] in _SAME_VALUES and maker.inputs:
            return self.of(maker.inputs[0], moment)
        return self.before(value, moment)

    def _is_whole(self, target: Value) -> bool:
        maker = self._trace.maker(target)
        if isinstance(maker, Applied) and not isinstance(maker, Mutated):
            return maker.op.rpartition(".")[2] in _SAME_VALUES and self._is_whole(maker.inputs[0])
        return target.is_parameter or isinstance(maker, Created)
