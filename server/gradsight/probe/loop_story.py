"""The worker's messages about a training loop, in the words of `loop_events`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any

from gradsight.autograd.asking_events import GradGiven
from gradsight.autograd.events import Event
from gradsight.autograd.loop_events import Clipped, ModeSet, ScalerCalled, Scheduled
from gradsight.autograd.values import Value
from gradsight.probe.source_names import receiver_of, simple_text
from gradsight.probe.spots import Spot, Spots
from gradsight.probe.worker import protocol

Message = Mapping[str, Any]
Common = Callable[[Message, Spot], dict[str, Any]]
Values = Callable[[list[Any] | None], tuple[Value, ...]]


class LoopStory:
    """Tells the events of one run that belong to the loop."""

    def __init__(self, spots: Spots, common: Common, values: Values, labels: dict[int, str]) -> None:
        """`common` and `values` read what all messages have alike; `labels` gets, by place, which optimizer a scaler
        steps."""
        self._spots, self._common, self._values = spots, common, values
        self._labels = labels

    def event(self, message: Message) -> Event | None:
        """The event of one message; None for other messages."""
        match message["say"]:
            case protocol.CLIPPED:
                spot = self._spots.of(message["at"], "clip_grad_norm_")
                return Clipped(**self._common(message, spot), parameters=tuple(message["parameters"]))
            case protocol.MODE_SET:
                spot = self._spots.of(message["at"], "train" if message["training"] else "eval")
                return ModeSet(
                    **self._common(message, spot),
                    modules=tuple(message["modules"]),
                    name=_receiver(spot),
                    training=message["training"],
                    parameters=tuple(message["parameters"]),
                    varies=message["varies"],
                )
            case protocol.GIVEN:
                spot = self._spots.of(message["at"], "grad", writes=True)
                (value,) = self._values([message["value"]])
                return GradGiven(**self._common(message, spot), value=value)
            case protocol.SCALER:
                return self._scaler(message)
            case protocol.SCHEDULED:
                spot = self._spots.of(message["at"], "step")
                return Scheduled(
                    **self._common(message, spot),
                    scheduler=message["scheduler"],
                    name=_receiver(spot),
                    type=message["type"],
                    optimizer=message["optimizer"],
                )
        return None

    def _scaler(self, message: Message) -> Event:
        spot = self._spots.of(message["at"], message["method"])
        label = _argument(spot)
        common = self._common(message, spot)
        if message["method"] == "step" and label is not None:
            self._labels[message["at"]] = label
        return ScalerCalled(
            **common,
            scaler=message["scaler"],
            name=_receiver(spot),
            method=message["method"],
            optimizer=message["optimizer"],
            optimizer_name=label if message["method"] != "scale" else None,
            scaled=self._values(message.get("scaled")),
            enabled=message["enabled"],
        )


def _receiver(spot: Spot) -> str | None:
    return simple_text(spot.found, receiver_of(spot.found))


def _argument(spot: Spot) -> str | None:
    """The text of the first argument of the call there."""
    node = spot.found.node if spot.found is not None else None
    first = node.args[0] if isinstance(node, ast.Call) and node.args else None
    return simple_text(spot.found, first)
