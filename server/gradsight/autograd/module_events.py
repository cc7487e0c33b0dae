"""Events about modules: what they are given, what they register, what is copied, loaded, frozen in vain."""

from __future__ import annotations

from dataclasses import dataclass

from gradsight.autograd.events import Event
from gradsight.autograd.values import Known, Value
from gradsight.text import Site


@dataclass(frozen=True, slots=True)
class Hidden:
    """A list, dictionary or tuple that is an attribute of a module, and what it holds that PyTorch does not see."""

    module: int
    """The module whose attribute it is."""
    attribute: str
    container: str
    """`list`, `dict` or `tuple`, or what else it is."""
    holds: str
    """`modules` or `parameters`."""
    parameters: tuple[Value, ...]
    nested: bool = False
    """Whether some of it lies in containers within the container."""
    other: bool = False
    """Whether it also holds things that are neither modules nor parameters."""
    text_keys: Known = None
    """Of a dictionary: whether all its keys are strings that a `ModuleDict` takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberSet(Event):
    """`module.attribute = value`, for a module, a tensor or a container. Place: the statement."""

    module: int
    owner: str
    """The class of the module."""
    name: str
    """The target as the user writes it: `self.layers`."""
    attribute: str
    form: str
    """`module`, `tensor` or `container`."""
    value: Value | None
    """The tensor, where it is one."""
    parameters: tuple[Value, ...]
    """The parameters within the new value, as far as they are known now."""
    replaced: tuple[Value, ...]
    """The parameters within what the attribute held before."""
    ready: bool
    """Whether `nn.Module.__init__` had run; PyTorch refuses modules and parameters before."""
    inside: bool
    """Whether one of the module's own methods does it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleBuilt(Event):
    """A module came into being, its constructor included. Place: the call."""

    module: int
    type: str
    """The class of the program, or the public name."""
    registered: tuple[Value, ...]
    """Its parameters and those of its sub-modules."""
    hidden: tuple[Hidden, ...]
    """Containers of its own that hide modules or parameters."""
    trusted: bool
    """Whether its classes register in PyTorch's own way only, as far as that can be seen."""
    within: int | None
    """The module in whose `forward` this happened, the innermost; None outside of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleUsedUnready(Event):
    """A module was called before `nn.Module.__init__` ever ran for it. Place: the call."""

    module: int
    type: str
    built: Site
    """The first statement of the constructor that left it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParametersListed(Event):
    """`module.parameters()`, `.named_parameters()`, `.state_dict()`. Place: the call."""

    module: int
    method: str
    parameters: tuple[int, ...]
    """Ids of what is known to be among them."""
    hidden: tuple[Hidden, ...]
    """Containers anywhere below that hide modules or parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLoaded(Event):
    """`module.load_state_dict(...)`: other values in the same parameters."""

    parameters: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFlagged(Event):
    """`module.requires_grad = flag`: an attribute that PyTorch does not look at. Place: the statement."""

    name: str
    flag: Known
    parameters: tuple[Value, ...]
    """The parameters of the module, as they are then."""
    complete: bool
    """Whether these are all it has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupsGiven(Event):
    """What an optimizer was built with, by parameter group. Place: the call."""

    optimizer: int
    groups: tuple[tuple[Value, ...], ...]
    spots: tuple[Site | None, ...]
    """Where each group is written, if it is written out there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IteratorExhausted(Event):
    """Something goes through a generator of parameters that was used up before. Place: what goes through it."""

    made: Site
    """Where the generator was made."""
    emptied: Site
    """What went through it first."""
    by: str
    """`optimizer`, or what else uses it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleCopied(Event):
    """`copy.deepcopy(module)`. Place: the call."""

    name: str | None
    pairs: tuple[tuple[Value, Value], ...]
    """Each parameter of the original with that of the copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SteppedOutOfSight(Event):
    """`.step()` of something unknown that may be an optimizer. Static only."""
