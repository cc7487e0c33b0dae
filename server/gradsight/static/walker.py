"""The walker: one abstract run of a document, its frames, and the making of values and events."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, TypeAlias, TypeVar
from weakref import WeakValueDictionary

from gradsight.autograd.events import Applied, Branch, Cut, Event, Opaque, Site
from gradsight.autograd.graph import behind
from gradsight.autograd.values import Form, Kind, Known, Shape, Value
from gradsight.static.log import Log
from gradsight.static.objects import (
    UNKNOWN,
    Arguments,
    Class,
    Code,
    Dict,
    Dotted,
    HeapObject,
    Instance,
    Left,
    List,
    Object,
    Ref,
    Scalar,
    Tensor,
)
from gradsight.static.recorder import Recorder
from gradsight.static.state import Merge, State, join_facts
from gradsight.syntax.ranges import range_of

E = TypeVar("E", bound=Event)
H = TypeVar("H", bound=HeapObject)

MODULE_SCOPE = 0
"""The scope of the document; those of imported modules have the numbers below it, down to `LAST_MODULE_SCOPE`."""
LAST_MODULE_SCOPE = -(1 << 40)


def is_module_scope(scope: int) -> bool:
    """Whether a scope is that of a module, not of a function or class."""
    return LAST_MODULE_SCOPE < scope <= MODULE_SCOPE


class BudgetSpent(Exception):
    """The walk has done as much as it may; what was found so far stands."""


@dataclass
class Frame:
    """One call in progress, or the body of the document."""

    scope: int
    path: str
    chunk: int
    function: str | None = None
    owner: Class | None = None
    receiver: Object | None = None
    globals: set[str] = field(default_factory=set)
    nonlocals: set[str] = field(default_factory=set)
    returned: State | None = None
    """The join of the states at the `return` statements seen so far; the results lie in the scope."""
    yielded: list[Object] = field(default_factory=list)
    on_yield: Callable[[Object], None] | None = None
    """Who consumes what is yielded at once, where somebody does."""
    yield_scope: int | None = None
    """The grad-mode scope that was open at a `yield`."""
    rough: int = 0
    """How many loops are open of which only the first passes are walked: a counter there says little of the others."""
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)


class Imports(Protocol):
    """How imports of workspace files are followed (see `imports`)."""

    def late(self, w: Walker, scope: int, name: str) -> Object | None:
        """What a name of an imported module holds that nobody looked up before."""

    def by_name(self, w: Walker, arguments: Arguments) -> Object:
        """`importlib.import_module(name)`."""


# The entries of the interpreter proper: evaluating an expression, walking statements, calling an object.
Evaluate: TypeAlias = Callable[["Walker", ast.expr], Object]
ExecuteBlock: TypeAlias = Callable[["Walker", Sequence[ast.stmt]], None]
Call: TypeAlias = Callable[["Walker", ast.AST, Object, Arguments], Object]
Read: TypeAlias = Callable[["Walker", ast.AST, Object, str], Object]


def _not_wired(*_: object) -> Any:
    raise NotImplementedError


class Walker:
    """Carries one abstract run; the functions of this package take it as their first argument.

    `state` is None where the walk has left the path (after `return`, `raise`, `break`).
    """

    def __init__(self, path: str, state: State, recorder: Recorder, budget: int) -> None:
        self.path = path
        self.live: State | None = state
        self.recorder = recorder
        self.frames: list[Frame] = [Frame(MODULE_SCOPE, path, 0)]
        self.calls: tuple[Site, ...] = ()
        self.branch: Branch = ()
        self.budget = budget
        self.entered: dict[Code, int] = {}
        """How often the body of each function was walked."""
        self.log = Log()
        self.alone = False
        """Whether a function is walked that nobody calls: what it gets may be in any state."""
        self.evaluate: Evaluate = _not_wired
        self.execute_block: ExecuteBlock = _not_wired
        self.call: Call = _not_wired
        self.read: Read = _not_wired
        """The four entries of the interpreter, set by it: the modules below need them, and it needs the modules."""
        self.codes: WeakValueDictionary[int, Code] = WeakValueDictionary()
        """By identity of its node: one `Code` for each function, as long as somebody holds it."""
        self.on_return: tuple[int, Callable[[ast.Return, Object], None]] | None = None  # heard of at this depth
        self.imports: Imports | None = None
        """How imports of workspace files are followed; None: not at all."""
        self.least_for_others = 0
        self.imported = 0
        """What the top level of other modules has cost this walker."""
        """Functions of other files are entered only while more of the budget than this is left."""

    def wire(self, other: Walker) -> None:
        """Takes over the entries and what is known of the code from another walker."""
        self.evaluate, self.execute_block, self.call = other.evaluate, other.execute_block, other.call
        self.read, self.imports = other.read, other.imports
        self.codes, self.entered = other.codes, dict(other.entered)

    # --- where the walk is -------------------------------------------------------------------

    @property
    def state(self) -> State:
        """The state on the present path. Only asked for while the path is alive."""
        assert self.live is not None
        return self.live

    @property
    def frame(self) -> Frame:
        """The innermost call."""
        return self.frames[-1]

    def code_of(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, name: str) -> Code:
        """The one `Code` of a function's node."""
        code = self.codes.get(id(node))
        if code is None or code.node is not node:
            code = self.codes[id(node)] = Code(node, self.frame.path, self.frame.chunk, name)
        return code

    def spend(self, amount: int = 1) -> None:
        """Counts work; raises BudgetSpent when there was too much."""
        self.budget -= amount
        if self.budget < 0:
            raise BudgetSpent

    def site(self, node: ast.AST) -> Site:
        """Where a node of the code being walked stands."""
        frame = self.frames[-1]
        try:
            known: Site = node.gradsight_site  # type: ignore[attr-defined]
            if known.chunk == frame.chunk and known.path == frame.path:
                return known
        except AttributeError:
            pass
        # Asked for one node again and again: it keeps the answer.
        found = node.gradsight_site = Site(frame.path, frame.chunk, range_of(node))  # type: ignore[attr-defined]
        return found

    # --- events ------------------------------------------------------------------------------

    def record(self, kind: type[E], at: ast.AST | Site, **facts: Any) -> E:
        """Appends an event that happens now."""
        site = at if isinstance(at, Site) else self.site(at)
        event = kind(id=self.recorder.number(), site=site, branch=self.branch, calls=self.calls, **facts)
        self.recorder.add(event)
        return event

    def opaque(self, node: ast.AST, objects: Iterable[Object]) -> None:
        """The program enters code that cannot be seen and that gets `objects`."""
        state = self.state
        reached = state.reachable(objects)
        state.escaped |= reached
        # What gets a loss may call `backward()` on it, without ever seeing the leaves behind it.
        computed = [value for number in reached if (value := state.tensors.get(number)) and value.is_leaf is False]
        for number in behind(self.recorder, *computed).leaves:
            state.gradients[number] = state.gradients.get(number) or None
        touched = state.escaped
        self.spend(2 + len(touched) // 2)
        if not touched:
            return
        for number in touched:
            if number in state.tensors:
                state.gradients[number] = None
            item = state.heap.get(number)
            if isinstance(item, Instance) and "training" in item.attributes:
                state.heap[number] = replace(item, attributes={**item.attributes, "training": Scalar("bool")})
            if isinstance(item, List | Dict) and item.rest is None and number in reached:
                state.heap[number] = replace(item, rest=UNKNOWN)
            if isinstance(item, Instance) and not item.ready:
                state.heap[number] = replace(item, ready=True)
        self.record(Opaque, node, touched=touched)

    # --- values ------------------------------------------------------------------------------

    def new_value(
        self,
        *,
        name: str | None = None,
        requires_grad: Known = None,
        is_leaf: Known = None,
        kind: Kind | None = None,
        shape: Shape = None,
        storage: int | None = None,
        made_by: int | None = None,
        form: Form = Form.TENSOR,
        is_parameter: bool = False,
    ) -> Value:
        """A value with a new identity; with storage of its own unless one is given."""
        number = self.recorder.number()
        return Value(
            id=number,
            form=form,
            name=name,
            requires_grad=requires_grad,
            is_leaf=is_leaf,
            kind=kind,
            shape=shape,
            storage=number if storage is None and form is Form.TENSOR else storage,
            made_by=made_by,
            is_parameter=is_parameter,
            is_inference=self.state.inference,
        )

    def keep(self, value: Value) -> Tensor:
        """Puts a tensor into the state."""
        self.state.tensors[value.id] = value
        return Tensor(value.id)

    def unknown_tensor(self, requires_grad: Known = None, name: str | None = None) -> Tensor:
        """A tensor of which nothing else is known."""
        return self.keep(self.new_value(requires_grad=requires_grad, name=name))

    def allocate(self, item: HeapObject) -> Ref:
        """Puts a mutable object into the heap."""
        number = self.recorder.number()
        self.state.heap[number] = item
        return Ref(number)

    def deref(self, item: Object | None, kind: type[H]) -> H | None:
        """The heap object that `item` refers to, if it is one of this kind."""
        found = self.state.heap.get(item.id) if isinstance(item, Ref) else None
        return found if isinstance(found, kind) else None

    def module(self, item: Object | None) -> Instance | None:
        """The instance behind `item` if it is an `nn.Module`."""
        found = self.deref(item, Instance)
        return found if found is not None and found.is_module else None

    def merge(self, node: ast.AST) -> Merge:
        """How values are merged where the branch at `node` ends: see `State.join`."""

        def merged(mine: Value, theirs: Value) -> Value:
            facts = join_facts(mine, theirs)
            made_by = mine.made_by
            number = mine.id if mine.id == theirs.id else self.recorder.number()
            self.spend(2)
            if mine.made_by != theirs.made_by or mine.id != theirs.id:
                event_id = self.recorder.number()
                joined = replace(mine, id=number, made_by=event_id, **facts)
                self.recorder.add(
                    Applied(
                        id=event_id,
                        site=self.site(node),
                        branch=self.branch,
                        calls=self.calls,
                        op="join",
                        inputs=(mine, theirs),
                        outputs=(joined,),
                        keeps=False,
                    )
                )
                return joined
            return replace(mine, id=number, made_by=made_by, **facts)

        return merged

    def leave(self, node: ast.AST, value: Value, cut: Cut, op: str) -> Value:
        """A tensor becomes a Python number or an array: the value that carries on, made by a cut event."""
        form = Form.ARRAY if cut is Cut.NUMPY else Form.NUMBER
        left = self.new_value(form=form, requires_grad=False, name=value.name, shape=value.shape, kind=value.kind)
        tracked = value.requires_grad is True
        event = self.record(
            Applied, node, op=op, inputs=(value,), outputs=(left,), keeps=False, cut=cut if tracked else None
        )
        return replace(left, made_by=event.id)

    # --- names -------------------------------------------------------------------------------

    def lookup(self, name: str) -> Object | None:
        """What a name holds in the innermost scope that has it; None if no scope does."""
        scope: int | None = self.module_scope if name in self.frame.globals else self.frame.scope
        while scope is not None:
            if LAST_MODULE_SCOPE < scope <= MODULE_SCOPE:
                return self.global_name(scope, name)
            names = self.state.scopes.get(scope)
            found = names.get(name) if names is not None else None
            if found is not None:
                return found
            scope = self.state.parents.get(scope)
        return None

    def global_name(self, scope: int, name: str) -> Object | None:
        """What a name holds in the scope of a module, bound now where it was not needed before."""
        names = self.state.scopes.get(scope)
        found = names.get(name) if names is not None else None
        if found is None and scope < MODULE_SCOPE and self.imports is not None:
            return self.imports.late(self, scope, name)
        return found

    @property
    def module_scope(self) -> int:
        """The scope of the module whose code is walked."""
        scope = self.frame.scope
        while not is_module_scope(scope):
            scope = self.state.parents.get(scope, MODULE_SCOPE)
        return scope

    def held(self, name: str) -> Object | None:
        """What an assignment to `name` replaces."""
        scope = self.scope_of(name)
        return self.state.scopes[scope].get(name)

    def bind(self, name: str, item: Object) -> None:
        """Gives a name of the present scope a new meaning."""
        self.state.scopes[self.scope_of(name)][name] = item

    def scope_of(self, name: str) -> int:
        """The scope in which an assignment to `name` counts."""
        if name in self.frame.globals:
            return self.module_scope
        if name in self.frame.nonlocals:
            scope = self.state.parents.get(self.frame.scope)
            while scope is not None and name not in (self.state.scopes.get(scope) or ()):
                scope = self.state.parents.get(scope)
            if scope is not None:
                return scope
        return self.frame.scope

    def called(self, item: Object, name: str) -> None:
        """The user calls a tensor by this name from now on, or a layer, and its parameters by names below it."""
        if isinstance(item, Tensor):
            value = self.state.tensors[item.id]
            if value.is_parameter and "." in (value.name or "") and "." not in name:
                return  # a name for a moment, such as that of a loop, says less
            if value.name != name:
                self.state.tensors[item.id] = replace(value, name=name)
            return
        layer = self.module(item)
        if layer is None or not isinstance(layer.type, Dotted):
            return
        for attribute, part in layer.attributes.items():
            if isinstance(part, Tensor):
                if "." not in (self.state.tensors[part.id].name or ""):
                    self.called(part, f"{name}.{attribute}")
            elif part is not item and not attribute.startswith("<"):
                self.called(part, f"{name}.{attribute}")

    def remember(self, node: ast.AST, item: Object) -> None:
        """Notes what an expression (or the target of an assignment) holds at this moment, for whoever asks later."""
        if self.live is None:
            return
        if isinstance(item, Tensor):
            self.recorder.names[self.site(node)] = self.state.value(item)
        elif isinstance(item, Left):
            self.recorder.names[self.site(node)] = item.value

    def capture(self, scope: int | None) -> None:
        """A function was defined in this scope."""
        while scope is not None and scope not in self.state.captured:
            self.state.captured[scope] = True
            scope = self.state.parents.get(scope)

    def is_torch(self, item: Object, *names: str) -> bool:
        """Whether `item` is one of these public names of torch."""
        return isinstance(item, Dotted) and item.name in names
