"""Abstract Python objects: what the interpreter knows of a value that a program computes.

All of them are frozen. What a program can change in place lives in the state's heap and is
referred to by number, so that forking a state at a branch is a shallow copy.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from gradsight.autograd.events import Mode, Site
from gradsight.autograd.values import Value


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything at all. `role` is what use tells of it: `module`, `optimizer`, `data`, or nothing."""

    role: str | None = None


UNKNOWN = Unknown()


@dataclass(frozen=True, slots=True)
class Const:
    """A Python constant: a number, string, bytes, bool, None or Ellipsis."""

    value: object


NONE = Const(None)


@dataclass(frozen=True, slots=True)
class Scalar:
    """Some Python number (or bool, or str) of which only the type is known."""

    type: str = "number"


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor; what is known of it now stands in the state under `id`."""

    id: int


@dataclass(frozen=True, slots=True)
class Left:
    """A Python number, list of numbers or NumPy array that was computed from a tensor."""

    value: Value
    certain: bool = True
    """Whether it is that for sure, and not a tensor again by what it was combined with."""


@dataclass(frozen=True, slots=True)
class Tuple:
    """A tuple whose items are known; a named one has `fields`, and an `owner` if the program wrote its class."""

    items: tuple[Object, ...]
    fields: tuple[str, ...] = ()
    owner: Class | None = None


@dataclass(frozen=True, slots=True)
class TupleType:
    """A class that `namedtuple` made; `defaults` are those of the last fields."""

    name: str
    fields: tuple[str, ...]
    defaults: tuple[Object, ...] = ()


@dataclass(frozen=True, slots=True)
class EnumMember:
    """A member of an enumeration of the program."""

    of: str
    name: str
    value: Object


@dataclass(frozen=True, slots=True)
class Dotted:
    """Something outside the program, by its public name: `torch.nn.functional`, `math.exp`, `range`."""

    name: str


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the workspace; what it binds lies in the scope with this number."""

    path: str
    """Of its file; of its folder, where a package has no `__init__.py`."""
    scope: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice used as a subscript; a bound that is left out is a constant None."""

    start: Object
    stop: Object
    step: Object


@dataclass(frozen=True, slots=True)
class Range:
    """`range(...)`, with its length if known."""

    length: int | None


@dataclass(frozen=True, eq=False)
class Code:
    """The text of a function or lambda, and where it stands."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    path: str
    chunk: int
    name: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the program, with the scope it closes over."""

    code: Code
    scope: int
    defaults: tuple[Object, ...] = ()
    keyword_defaults: tuple[tuple[str, Object], ...] = ()
    decorators: tuple[tuple[Object, ast.AST], ...] = ()
    """What decorates it, innermost first, with the decorator's expression."""
    owner: Class | None = None
    """The class in whose body it stands (`super()` starts there)."""
    wrapped: Object | None = None
    """What a decorator of the program made of it: calls go there."""


@dataclass(frozen=True, slots=True)
class Class:
    """A class of the program. Equal to another one if the same statement made it of the same things."""

    name: str
    bases: tuple[Object, ...]
    namespace: Mapping[str, Object]
    node: ast.ClassDef
    chunk: int

    def __hash__(self) -> int:
        return hash((self.name, id(self.node)))


@dataclass(frozen=True, slots=True)
class Bound:
    """A function of the program bound to its first argument."""

    function: Function
    receiver: Object


@dataclass(frozen=True, slots=True)
class Method:
    """A method of something that the interpreter models itself: a tensor, list, module, optimizer, ..."""

    receiver: Object
    name: str


@dataclass(frozen=True, slots=True)
class Super:
    """`super()` inside a method."""

    owner: Class
    receiver: Object


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(...)`."""

    function: Object
    arguments: tuple[Object, ...]
    keywords: tuple[tuple[str, Object], ...]


@dataclass(frozen=True, slots=True)
class GradMode:
    """A grad-mode object that can be entered or used as a decorator; `mode` None: unknown which."""

    mode: Mode | None
    made: Site | None = None
    """Where it was made."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call passes."""

    positional: tuple[Object, ...] = ()
    keywords: Mapping[str, Object] = field(default_factory=dict)
    unpacked: bool = False
    """Whether `*args` or `**kwargs` of unknown content were passed too."""

    def get(self, position: int, name: str) -> Object | None:
        """An argument by position or name."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position < len(self.positional) else None

    def each(self) -> list[Object]:
        """All arguments."""
        return [*self.positional, *self.keywords.values()]


@dataclass(frozen=True, slots=True)
class Pending:
    """A generator function that was called as a context manager and has not started yet."""

    function: Function
    arguments: Arguments
    receiver: Object | None = None


@dataclass(frozen=True, slots=True)
class Ref:
    """A mutable object in the heap."""

    id: int


@dataclass(frozen=True, slots=True)
class List:
    """Heap: a list, set, deque or other sequence; `rest` stands for further items if the length is unknown."""

    items: tuple[Object, ...]
    rest: Object | None = None
    type: str = "list"


@dataclass(frozen=True, slots=True)
class Dict:
    """Heap: a dictionary by constant keys; `rest` stands for the values under other keys."""

    items: Mapping[object, Object]
    rest: Object | None = None
    factory: Object | None = None
    """Of a `defaultdict`: what makes the value of a missing key."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Heap: an object of a class of the program, or of a class of PyTorch that is modelled as an object.

    A module of either kind keeps parameters, buffers and sub-modules in `attributes` under the names
    that PyTorch gives them. `complete` is False where other attributes may exist.
    """

    type: Class | Dotted
    attributes: Mapping[str, Object]
    is_module: bool = False
    buffers: frozenset[str] = frozenset()
    complete: bool = True
    built: Arguments | None = None
    """Of a module of PyTorch: what its constructor was given."""
    site: Site | None = None
    """Of a module of PyTorch: where it was built."""
    ready: bool = True
    """Of a module: whether `nn.Module.__init__` has run, or may have."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """Heap: an optimizer; `parameters` are tensor ids, None if unknown."""

    type: str
    parameters: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Iterator:
    """Something that is iterated once: a generator, `zip`, `enumerate`, `model.parameters()`."""

    items: tuple[Object, ...]
    rest: Object | None = None
    """What further items look like, if the length is unknown."""
    exact: bool = True
    scope: int | None = None
    """The grad-mode scope that a generator leaks to its consumer."""
    number: int | None = None
    """Which generator it is, where using it up is followed."""
    made: Site | None = None
    """Where that one was made."""


Object: TypeAlias = (
    Unknown | Const | Scalar | Tensor | Left | Tuple | Dotted | Module | Slice | Range | Function | Class | Bound
    | Method | Super | Partial | GradMode | Ref | Iterator | Pending | TupleType | EnumMember
)  # fmt: skip

HeapObject: TypeAlias = List | Dict | Instance | Optimizer
