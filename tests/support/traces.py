"""Traces written by hand, for tests of what is concluded from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradsight.autograd.events import (
    WHOLE_TEXT,
    Applied,
    BackwardCalled,
    Branch,
    Created,
    Cut,
    Event,
    GradsCleared,
    Mutated,
    Opaque,
    OptimizerBuilt,
    Saved,
    Site,
    Stepped,
    Trace,
)
from gradsight.autograd.graph import behind
from gradsight.autograd.training import Backwards, Training
from gradsight.autograd.values import Value
from gradsight.text import Range


class Tale:
    """Grows a trace one event per line; values are given back so that they can be used further down."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.branch: Branch = ()
        self.versions: dict[int, int] = {}

    def _common(self, at: int | None = None) -> dict[str, Any]:
        number = len(self.events) + 1
        line = number if at is None else at
        return {"id": number, "site": Site("t.py", WHOLE_TEXT, Range.of(line, 0, line, 9)), "branch": self.branch}

    def _add(self, event: Event) -> None:
        self.events.append(event)

    def leaf(self, name: str, requires_grad: bool = True) -> Value:
        common = self._common()
        value = Value(
            common["id"], name=name, requires_grad=requires_grad, is_leaf=True, storage=common["id"],
            made_by=common["id"],
        )  # fmt: skip
        self._add(Created(**common, value=value, by="torch.randn"))
        return value

    def op(
        self, *inputs: Value, saves: tuple[Value, ...] = (), saves_result: bool = False, cut: Cut | None = None
    ) -> Value:
        common = self._common()
        tracked = cut is None and any(value.requires_grad for value in inputs)
        result = Value(
            common["id"], requires_grad=tracked, is_leaf=not tracked, storage=common["id"], made_by=common["id"]
        )
        kept = (*saves, *((result,) if saves_result else ()))
        saved = tuple(
            Saved(value, value.storage or 0, self.versions.get(value.storage or 0, 0), "self") for value in kept
        )
        self._add(Applied(**common, op="op", inputs=inputs, outputs=(result,), saved=saved, keeps=bool(saved), cut=cut))
        return result

    def write(self, target: Value, noticed: bool = True) -> Value:
        common = self._common()
        storage = target.storage or 0
        self.versions[storage] = self.versions.get(storage, 0) + noticed
        after = replace(target, made_by=common["id"])
        self._add(
            Mutated(
                **common, op="torch.Tensor.add_", inputs=(), outputs=(after,), target=target,
                version=self.versions[storage], noticed=noticed,
            )
        )
        return after

    def backward(self, *roots: Value, at: int | None = None, **facts: Any) -> None:
        self._add(BackwardCalled(**self._common(at), **{"api": "backward", "roots": roots, **facts}))

    def optimizer(self, *parameters: Value) -> int:
        common = self._common()
        self._add(OptimizerBuilt(**common, optimizer=common["id"], name="optimizer", parameters=parameters))
        return common["id"]

    def step(self, optimizer: int, *parameters: Value) -> None:
        numbers = tuple(value.id for value in parameters)
        self._add(Stepped(**self._common(), optimizer=optimizer, name="optimizer", parameters=numbers))

    def clear(self, *parameters: Value) -> None:
        numbers = tuple(value.id for value in parameters)
        self._add(GradsCleared(**self._common(), parameters=numbers, by="optimizer"))

    def out_of_sight(self, *touched: Value) -> None:
        self._add(Opaque(**self._common(), touched=frozenset(value.id for value in touched)))

    def trace(self, observed: bool = False) -> Trace:
        return Trace(self.events, observed=observed)

    def backwards(self, observed: bool = False) -> Backwards:
        trace = self.trace(observed)
        return [(call, behind(trace, *call.roots)) for call in trace.each(BackwardCalled)]

    def training(self, observed: bool = False) -> Training:
        return Training(self.trace(observed), self.backwards(observed))
