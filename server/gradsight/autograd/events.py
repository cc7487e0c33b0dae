"""The vocabulary: what happens to tensors, as told by the static interpreter or by the probe.

Both producers emit these events in the order in which they happen (for the static side: in the
order of a walk that goes through loop bodies twice and through both arms of a branch). Checks
read them and never ask who told them. How a place is chosen is part of the vocabulary:

- an op: the whole expression (`x * 2`, `F.relu(h)`, `t.exp()`); an augmented assignment
  (`y += 1`) and an assignment to a slot (`y[0] = 1`): the whole statement;
- an attribute (`y.grad`, `y.data`): the attribute expression;
- a grad-mode scope: the context expression of the `with` item, the decorator expression
  (without the `@`), or the call that switches the mode;
- a call of a method (`loss.backward()`, `optimizer.step()`): the call expression.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TypeAlias, TypeVar

from gradsight.autograd.values import Known, Value
from gradsight.text import WHOLE_TEXT as WHOLE_TEXT
from gradsight.text import Site as Site

Constant: TypeAlias = float | int | bool | str | tuple[str, ...]
"""An argument that is no tensor, as events tell it."""

Branch: TypeAlias = tuple[tuple[int, int], ...]
"""Under which conditions something ran: (branch, arm) pairs from the outermost in; () for always."""


class Mode(Enum):
    """What a grad-mode scope does."""

    NO_GRAD = "no_grad"
    INFERENCE = "inference_mode"
    SWITCHED_OFF = "set_grad_enabled(False)"
    ENABLED = "enable_grad"


class ScopeForm(Enum):
    """How a grad-mode scope was opened."""

    WITH = "with"
    DECORATOR = "decorator"
    CALL = "call"
    """`torch.set_grad_enabled(False)` as a statement: on until somebody switches back."""


class Cut(Enum):
    """Why a result does not require grad though an input does."""

    DETACH = "detach"
    """`.detach()`, `.detach_()`, `.data`."""
    NUMBER = "number"
    """`.item()`, `.tolist()`, `float()`, `int()`, `math.f(t)`: it became a Python number."""
    NUMPY = "numpy"
    """`.numpy()`, `np.asarray(t)`, `np.f(t)`: it became an array."""
    REWRAP = "rewrap"
    """`torch.tensor(t)`, `torch.Tensor([t])`, `Variable(t)`, `nn.Parameter(t)`: copied without its history."""
    GRAD_MODE = "grad mode"
    """The op ran while a scope had switched grad mode off; `Applied.scope` says which."""
    FIRST_ORDER = "first order"
    """`autograd.grad` without `create_graph`: a gradient that does not know how it was computed."""
    CHECKPOINT = "checkpoint"
    """A reentrant checkpoint none of whose arguments requires grad: what is behind its function is lost."""
    NOT_DIFFERENTIABLE = "not differentiable"
    """The op has no derivative by nature: argmax, comparisons, casts to integers, sampling."""
    ZERO = "zero derivative"
    """The op has a derivative, and it is zero everywhere: round, sign, floor. Never said by an event, whose result
    requires grad there; it is what a gradient is blamed on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Anything that happened, with where and when."""

    id: int
    """Grows with time, with gaps; unique in the trace."""
    site: Site
    branch: Branch = ()
    calls: tuple[Site, ...] = ()
    """The calls in the user's code that led here, outermost first."""
    raised: str | None = None
    """Observed only: the message of the exception that PyTorch raised here."""


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Saved:
    """A tensor that an op keeps for its backward."""

    value: Value
    """Snapshot at the time of the save."""
    storage: int
    version: int
    what: str
    """Which one, in PyTorch's terms: `result`, `self`, `other`, `input`, `weight`, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created(Event):
    """A tensor came into being without a graph behind it: a factory call, a parameter, a copy of data."""

    value: Value
    by: str
    """Dotted public name: `torch.randn`, `torch.nn.Parameter`, `torch.nn.Linear` for the parameters of a layer."""
    explicit: Known = None
    """What the call said about requires_grad; None: nothing."""
    inputs: tuple[Value, ...] = ()
    """What was copied without its history (`torch.tensor(t)`, `nn.Parameter(t)`, `torch.from_numpy(a)`)."""
    cut: Cut | None = None
    """REWRAP where an input required grad (or was a number or array from one that did)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied(Event):
    """An op computed `outputs` from `inputs`."""

    op: str
    """Dotted public name: `torch.Tensor.mul`, `torch.exp`, `torch.nn.functional.relu`, `torch.nn.Linear` for a
    layer's call; `join` where two branches gave one name different values (static only)."""
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    saved: tuple[Saved, ...] = ()
    keeps: Known = None
    """Whether the node keeps anything that the first backward frees, be it out of the user's sight: only then
    does a second backward through it raise. Unknown counts as unknown even where `saved` is empty."""
    scope: int | None = None
    """Id of the `Scope` event that had grad mode off, if it was off."""
    cut: Cut | None = None
    constants: tuple[tuple[str, Constant], ...] = ()
    """What else it was given and is known: numbers, strings, bools, by position (`self` is `0`) or keyword; the parts
    of a subscript as a tuple of texts (`:`, `None`, `...`, numbers, `?` for any other). Of a layer: what built it."""
    built: Site | None = None
    """Of a layer: where it was built. Static only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutated(Applied):
    """A tensor was written in place; `outputs[0]` is the same object afterwards, `inputs` what was written into it."""

    target: Value
    """The tensor before the write."""
    version: int
    """Version of the storage after the write. Not bumped, and `noticed` False, for writes through `.data`."""
    noticed: bool = True
    """Whether autograd's version counter saw the write."""
    by_step: int | None = None
    """Id of the `Stepped` event if an optimizer wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope(Event):
    """Grad mode was set."""

    mode: Mode
    form: ScopeForm


@dataclass(frozen=True, slots=True, kw_only=True)
class BackwardCalled(Event):
    """`t.backward()`, `torch.autograd.backward()` or `torch.autograd.grad()`."""

    api: str
    """`backward` or `grad`."""
    roots: tuple[Value, ...]
    gradient_given: Known = False
    gradients: tuple[Value, ...] = ()
    """What was given as `gradient=` or `grad_outputs=`, as far as it is tensors."""
    retain_graph: Known = False
    create_graph: Known = False
    inputs: tuple[Value, ...] | None = None
    """The tensors asked for by `autograd.grad(.., inputs)`, where known."""
    allow_unused: Known = False
    """Whether `autograd.grad` may be asked for what the roots do not depend on."""
    conflict: tuple[int, int] | None = None
    """Observed only: (id of the `Applied` event whose saved tensor was changed, storage)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradRead(Event):
    """Somebody looked at `t.grad`."""

    value: Value
    has_grad: Known
    """Whether it was there: True, None for unknown, False if `.grad` is None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiresGradSet(Event):
    """`t.requires_grad_(flag)`, `t.requires_grad = flag`; `value` is the state before."""

    value: Value
    flag: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerBuilt(Event):
    """An optimizer was constructed."""

    optimizer: int
    name: str | None
    parameters: tuple[Value, ...] | None
    """What it holds; None: unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped(Event):
    """`optimizer.step()`; `parameters` are the ids of what it writes, None: unknown."""

    optimizer: int
    name: str | None
    parameters: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GradsCleared(Event):
    """`.zero_grad()`, `t.grad = None`, `t.grad.zero_()`; `parameters` are ids, None: unknown, so possibly all."""

    parameters: tuple[int, ...] | None
    by: str
    """`optimizer`, `module` or `tensor`."""
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebound(Event):
    """A name or attribute that held a leaf requiring grad now holds another tensor. Place: the assignment."""

    name: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeSet(Event):
    """An attribute that PyTorch does not know was set on a tensor or module, or a keyword it does not know was
    given to a factory, or a comparison stands where an assignment was meant. Static only. Place: the statement,
    or the keyword."""

    receiver: str
    """`tensor` or `module`."""
    name: str | None
    attribute: str
    form: str
    """`assign`, `compare` or `keyword`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodNamed(Event):
    """A method stands as a statement without being called (`loss.backward`). Static only. Place: the expression."""

    receiver: str
    """`tensor`, `optimizer`, `module` or `scheduler`."""
    name: str | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opaque(Event):
    """Control went into code that the trace cannot see and that may have called `backward`, `step` or
    `zero_grad`, written in place, or replaced what it was given. Static only."""

    touched: frozenset[int] | None
    """Ids of the values, optimizers and modules that it could reach; None: all."""


@dataclass(frozen=True, slots=True)
class ProgramError:
    """The exception that ended an observed program."""

    type: str
    message: str
    site: Site | None
    """The innermost line of the user's own files."""


class Trace:
    """All that happened, in order, and who saw it."""

    def __init__(
        self,
        events: Iterable[Event],
        *,
        observed: bool,
        names: Mapping[Site, Value] | None = None,
        error: ProgramError | None = None,
        complete: bool = True,
    ) -> None:
        self.events: tuple[Event, ...] = tuple(events)
        self.observed = observed
        """True: the probe ran the program. False: the static interpreter read it."""
        self.names: Mapping[Site, Value] = names or {}
        """What each name or attribute that was evaluated held then (the last time, where several)."""
        self.error = error
        self.complete = complete
        """False: the run was stopped by a limit, or the walk by its budget; absence then proves nothing."""

    @cached_property
    def _by_id(self) -> dict[int, Event]:
        return {event.id: event for event in self.events}

    @cached_property
    def _by_kind(self) -> dict[type[Event], tuple[Event, ...]]:
        return {}

    def __getitem__(self, id: int) -> Event:
        return self._by_id[id]

    def maker(self, value: Value) -> Event | None:
        """The event that made `value` or last wrote it in place; None where its origin is unknown."""
        return None if value.made_by is None else self._by_id.get(value.made_by)

    def each(self, kind: type[E]) -> Iterator[E]:
        """All events of one type, in order."""
        found = self._by_kind.get(kind)
        if found is None:
            found = self._by_kind[kind] = tuple(event for event in self.events if isinstance(event, kind))
        return iter(found)  # type: ignore[arg-type]


def compatible(one: Event, other: Event) -> bool:
    """Whether some run of the program can contain both events."""
    arms = dict(one.branch)
    return all(arms.get(branch, arm) == arm for branch, arm in other.branch)
