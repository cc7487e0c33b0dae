"""A module of `torch.nn` as it was built, and what it is called on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from gradsight.static.shapes.arguments import Answer, Argument, Unknowable, integer


@dataclass(frozen=True, slots=True)
class Construction:
    """The arguments of a module's constructor by name, and those of its call."""

    options: Mapping[str, Argument]
    inputs: tuple[Argument, ...]
    named_inputs: Mapping[str, Argument]

    def get(self, name: str) -> Argument:
        """An argument of the constructor; None where it was left out."""
        return self.options.get(name)

    def input(self, index: int, name: str = "input") -> Argument:
        """What the module is called on."""
        if index < len(self.inputs):
            return self.inputs[index]
        if name not in self.named_inputs:
            raise Unknowable
        return self.named_inputs[name]

    def integer(self, name: str, default: int | None = None) -> int | None:
        """An integer, None where its value is unknown."""
        argument = self.options.get(name)
        return default if argument is None and default is not None else integer(argument)

    def truth(self, name: str) -> bool:
        """A flag that is off unless it is given."""
        argument = self.options.get(name)
        if argument is None:
            return False
        if not isinstance(argument, bool):
            raise Unknowable
        return argument


ModuleRule: TypeAlias = Callable[[Construction], Answer]
