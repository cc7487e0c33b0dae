"""The worker's messages and the document become a `Trace`, in the same words as the static interpreter's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from gradsight.autograd.events import (
    Applied,
    BackwardCalled,
    Created,
    Cut,
    Event,
    GradRead,
    GradsCleared,
    Mode,
    Mutated,
    OptimizerBuilt,
    ProgramError,
    Rebound,
    RequiresGradSet,
    Saved,
    Scope,
    ScopeForm,
    Stepped,
    Trace,
)
from gradsight.autograd.values import Form, Kind, Value
from gradsight.document import Document
from gradsight.probe.carried import Carried
from gradsight.probe.loop_story import LoopStory
from gradsight.probe.source_names import operands, receiver_of, simple_text, target_nodes, targets, written_node
from gradsight.probe.spots import Spot, Spots
from gradsight.probe.worker import protocol
from gradsight.syntax.found import Found
from gradsight.text import Site

Message = Mapping[str, Any]

_COPYING = (
    "tensor", "as_tensor", "from_numpy", "Tensor", "FloatTensor", "DoubleTensor", "scalar_tensor", "new_tensor", "full",
)  # fmt: skip
"""Makers of tensors whose content is what they are given."""


class Story:
    """Tells one run. `documents` holds every document that the trace points into, by path."""

    def __init__(self, document: Document, file: str) -> None:
        """`file` is what the worker calls the document."""
        self._spots = Spots(document, file)
        self.documents = self._spots.documents
        self._events: list[Event] = []
        self._names: dict[Site, Value] = {}
        self._operands: dict[Site, tuple[tuple[str, Site], ...]] = {}
        self._evaluated: dict[tuple[Site, tuple[Site, ...]], dict[str, Value]] = {}
        self._conflicts: list[tuple[int, list[Any]]] = []
        self._carried = Carried(self.documents)
        self._lost: set[int] = set()
        """Ids of what was computed behind a cut."""
        self._stepped_by_scaler: dict[int, str] = {}
        self._loops = LoopStory(self._spots, self._common, _values, self._stepped_by_scaler)

    def tell(self, messages: Iterable[Message], error: Message | None, complete: bool) -> Trace:
        """The trace of all messages; `error` is the exception that ended the program."""
        tellers = {
            protocol.CREATED: self._created,
            protocol.APPLIED: self._applied,
            protocol.MUTATED: self._mutated,
            protocol.SCOPE: self._scope,
            protocol.BACKWARD: self._backward,
            protocol.GRAD_READ: self._grad_read,
            protocol.FLAG: self._flag,
            protocol.BUILT: self._built,
            protocol.STEPPED: self._stepped,
            protocol.CLEARED: self._cleared,
        }
        for message in messages:
            say = message["say"]
            if say == protocol.PLACE:
                self._spots.add(dict(message))
            elif say in tellers:
                tellers[say](message)
            elif (event := self._loops.event(message)) is not None:
                self._events.append(event)
        self._events.sort(key=lambda event: event.id)
        self._resolve_conflicts()
        self._name_layers()
        return Trace(
            self._events,
            observed=True,
            names=self._names,
            error=self._program_error(error),
            complete=complete,
        )

    def _program_error(self, error: Message | None) -> ProgramError | None:
        if error is None:
            return None
        site = self._spots.of(error["at"]).site if error.get("at") else None
        return ProgramError(error["type"], error["message"], site)

    # --- one event each ----------------------------------------------------------------------------

    def _created(self, message: Message) -> None:
        spot = self._spots.of(message["at"], message["by"])
        wire = message.get("value")
        value = _value(wire) if wire is not None else Value(-message["id"], made_by=_event_id(message["id"]))
        if not value.is_parameter or message["by"] == "torch.nn.Parameter":
            (value,) = self._named((value,), spot)
        common, cut = self._common(message, spot), _cut(message)
        inputs = _values(message.get("inputs"))
        if message["by"].rpartition(".")[2] in _COPYING:
            carried = self._carried.within(spot.site, common["calls"], inputs)
            inputs, cut = inputs + carried, Cut.REWRAP if carried else cut
            self._carried.returned(spot.site, common["calls"])
        event = Created(
            **common, value=value, by=message["by"], explicit=message.get("explicit"), inputs=inputs, cut=cut
        )
        self._add(event, spot, inputs, (value,))

    def _applied(self, message: Message) -> None:
        spot = self._spots.of(message["at"], message["op"])
        common = self._common(message, spot)
        inputs = _values(message["inputs"])
        outputs = self._named(_values(message["outputs"]), spot, message.get("slots"))
        if message.get("cut") or any(value.id in self._lost for value in inputs):
            self._lost.update(value.id for value in outputs)
        if any(value.form is not Form.TENSOR for value in outputs):
            if outputs[0].id in self._lost:
                self._carried.note(spot.site, common["calls"], outputs[0])
        else:
            inputs += self._carried.within(spot.site, common["calls"], inputs)
        event = Applied(**common, op=message["op"], inputs=inputs, outputs=outputs, **_graph(message, outputs))
        self._add(event, spot, inputs, outputs)

    def _mutated(self, message: Message) -> None:
        spot = self._spots.of(message["at"], message["op"], writes=True)
        target = _value(message["target"])
        name = target.name or simple_text(spot.found, written_node(spot.found, message["op"]))
        target = replace(target, name=name)
        inputs = _values(message["inputs"])
        outputs = tuple(replace(value, name=value.name or name) for value in _values(message["outputs"]))
        event = Mutated(
            **self._common(message, spot),
            op=message["op"],
            inputs=inputs,
            outputs=outputs,
            target=target,
            version=message["version"],
            noticed=message["noticed"],
            **_graph(message, outputs),
        )
        self._add(event, spot, (target, *inputs), outputs)

    def _scope(self, message: Message) -> None:
        form = ScopeForm(message["form"])
        spot = self._spots.of_scope(message["at"], message["mode"], form is ScopeForm.DECORATOR)
        self._events.append(Scope(**self._common(message, spot), mode=Mode(message["mode"]), form=form))

    def _backward(self, message: Message) -> None:
        spot = self._spots.of(message["at"], message["api"])
        roots = _values(message["roots"])
        inputs = message.get("inputs")
        event = BackwardCalled(
            **self._common(message, spot),
            api=message["api"],
            roots=roots,
            gradient_given=message["gradient"],
            gradients=_values(message.get("gradients")),
            allow_unused=message.get("unused", False),
            retain_graph=message["retain"],
            create_graph=message["create"],
            inputs=None if inputs is None else _values(inputs),
        )
        if message.get("conflict"):
            self._conflicts.append((event.id, message["conflict"]))
        self._add(event, spot, roots, ())

    def _grad_read(self, message: Message) -> None:
        spot = self._spots.of_grad(message["at"])
        value = _value(message["value"])
        if value.name is None:
            value = replace(value, name=simple_text(spot.found, receiver_of(spot.found)))
        event = GradRead(**self._common(message, spot), value=value, has_grad=message["has"])
        self._add(event, spot, (value,), ())

    def _flag(self, message: Message) -> None:
        spot = self._spots.of(message["at"], "requires_grad_", writes=True)
        value = _value(message["value"])
        self._add(RequiresGradSet(**self._common(message, spot), value=value, flag=message["flag"]), spot, (value,), ())

    def _built(self, message: Message) -> None:
        spot = self._spots.of(message["at"], message["type"])
        parameters = message.get("parameters")
        event = OptimizerBuilt(
            **self._common(message, spot),
            optimizer=message["optimizer"],
            name=next(iter(targets(spot.found)), None),
            parameters=None if parameters is None else _values(parameters),
        )
        self._events.append(event)

    def _stepped(self, message: Message) -> None:
        spot = self._spots.of(message["at"], "step")
        common = self._common(message, spot)
        name = self._stepped_by_scaler.get(message["at"]) or simple_text(spot.found, receiver_of(spot.found))
        self._events.append(
            Stepped(**common, optimizer=message["optimizer"], name=name, parameters=tuple(message["parameters"]))
        )
        for number, before, after, version in message["written"]:
            self._events.append(
                Mutated(
                    **{**common, "id": _event_id(number)},
                    op="torch.optim.Optimizer.step",
                    inputs=(),
                    outputs=(_value(after),),
                    target=_value(before),
                    version=version,
                    by_step=common["id"],
                )
            )

    def _cleared(self, message: Message) -> None:
        by = message["by"]
        spot = self._spots.of(message["at"], "grad" if by == "tensor" else "zero_grad", writes=True)
        name = simple_text(spot.found, receiver_of(spot.found))
        self._events.append(
            GradsCleared(**self._common(message, spot), parameters=tuple(message["parameters"]), by=by, name=name)
        )

    # --- what belongs to all -------------------------------------------------------------------------

    def _common(self, message: Message, spot: Spot) -> dict[str, Any]:
        return {
            "id": _event_id(message["id"]),
            "site": spot.site,
            "calls": tuple(self._spots.of(number).site for number in message["calls"]),
            "raised": message.get("raised"),
        }

    def _add(self, event: Event, spot: Spot, inputs: tuple[Value, ...], outputs: tuple[Value, ...]) -> None:
        self._events.append(event)
        if spot.found is None:
            return
        read = self._operands.get(spot.site)
        if read is None:
            read = self._operands[spot.site] = tuple(operands(spot))
        by_name = {value.name: value for value in inputs if value.name is not None}
        for text, site in read:
            if text in by_name:
                self._names[site] = by_name[text]
        statement = Site(spot.site.path, spot.site.chunk, spot.found.range_of(spot.found.statement))
        evaluated = self._evaluated.setdefault((statement, event.calls), {})
        evaluated.update((name, value) for name, value in by_name.items() if name is not None)
        if isinstance(event, Applied | Created) and not isinstance(event, Mutated) and outputs:
            self._assigned(event, spot.found, statement, outputs, evaluated)

    def _assigned(
        self, event: Event, found: Found, statement: Site, outputs: tuple[Value, ...], evaluated: dict[str, Value]
    ) -> None:
        """What the names that an assignment gives to a result now hold, and what one of them held before."""
        assigned = dict(target_nodes(found))
        for value in outputs:
            node = assigned.get(value.name or "")
            if node is None:
                continue
            self._names[Site(statement.path, statement.chunk, found.range_of(node))] = value
            old = evaluated.pop(value.name or "", None)
            if old is not None and old.requires_grad and old.is_leaf and old.id != value.id:
                self._events.append(
                    Rebound(
                        id=event.id + 1, site=statement, calls=event.calls, name=value.name or "", old=old, new=value
                    )
                )

    def _named(self, outputs: tuple[Value, ...], spot: Spot, slots: list[int] | None = None) -> tuple[Value, ...]:
        """Outputs with the names that the assignment around gives them; `slots`: which of all results they are."""
        names = targets(spot.found)
        if slots is None:
            slots = list(range(len(outputs))) if len(names) == len(outputs) else []
        return tuple(
            replace(value, name=names[slots[index]])
            if value.name is None and index < len(slots) and slots[index] < len(names)
            else value
            for index, value in enumerate(outputs)
        )

    def _name_layers(self) -> None:
        """A layer makes its parameters before they have names; they are called as they are later."""
        later: dict[int, str] = {}
        for event in self._events:
            for value in (*(getattr(event, "inputs", None) or ()), *_held(event)):
                if value.is_parameter and value.name is not None:
                    later.setdefault(value.id, value.name)
        for index, event in enumerate(self._events):
            if isinstance(event, Created) and event.value.is_parameter and event.value.name is None:
                value = replace(event.value, name=later.get(event.value.id))
                self._events[index] = replace(event, value=value)

    def _resolve_conflicts(self) -> None:
        """Which memory the failed backward pass found changed, told by the op that had saved it."""
        by_id = {event.id: event for event in self._events}
        written: dict[int, int] = {}
        for event in self._events:
            if isinstance(event, Mutated) and event.noticed and event.target.storage is not None:
                written[event.target.storage] = event.id
        for number, (saver, what) in self._conflicts:
            event = by_id[number]
            maker = by_id.get(_event_id(saver))
            if not isinstance(event, BackwardCalled) or not isinstance(maker, Applied):
                continue
            changed = [
                saved
                for saved in maker.saved
                if saved.what == what and maker.id < written.get(saved.storage, 0) < event.id
            ]
            if changed:
                conflict = maker.id, changed[0].storage
                self._events[self._events.index(event)] = replace(event, conflict=conflict)


def _event_id(number: int) -> int:
    """Leaves room behind each event for one that follows from it."""
    return 2 * number


def _value(wire: list[Any]) -> Value:
    id, form, bits, kind, shape, storage, made_by, name = wire
    is_tensor = form == protocol.TENSOR
    return Value(
        id=id,
        form=Form(form),
        name=name,
        requires_grad=bool(bits & protocol.REQUIRES_GRAD),
        is_leaf=bool(bits & protocol.IS_LEAF) if is_tensor else None,
        kind=Kind(kind) if kind is not None else None,
        shape=tuple(shape) if shape is not None else None,
        storage=storage,
        made_by=None if made_by is None else _event_id(made_by),
        is_parameter=bool(bits & protocol.IS_PARAMETER),
        is_inference=bool(bits & protocol.IS_INFERENCE),
        retains_grad=bool(bits & protocol.RETAINS_GRAD),
    )


def _values(wires: list[Any] | None) -> tuple[Value, ...]:
    return tuple(_value(wire) for wire in wires or ())


def _cut(message: Message) -> Cut | None:
    cut = Cut(message["cut"]) if message.get("cut") else None
    # Grad mode that no scope of the user's switched off is the op's own affair: `Distribution.sample()`.
    return Cut.NOT_DIFFERENTIABLE if cut is Cut.GRAD_MODE and message.get("scope") is None else cut


def _graph(message: Message, outputs: tuple[Value, ...]) -> dict[str, Any]:
    scope = message.get("scope")
    results = {value.id: value for value in outputs}
    saved = [(_value(wire), storage, version, what) for wire, storage, version, what in message.get("saved") or ()]
    return {
        "saved": tuple(
            Saved(results.get(value.id, value), storage, version, what) for value, storage, version, what in saved
        ),
        "keeps": message.get("keeps"),
        "scope": None if scope is None else _event_id(scope),
        "cut": _cut(message),
        "constants": tuple(
            (name, tuple(value) if isinstance(value, list) else value) for name, value in message.get("constants") or ()
        ),
    }


def _held(event: Event) -> tuple[Value, ...]:
    return event.parameters or () if isinstance(event, OptimizerBuilt) else ()
