"""The static producer: a document becomes a trace. Runs nothing, never raises, reuses what an edit left alone."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from gradsight.autograd.events import BackwardCalled, Event, Site, Trace
from gradsight.autograd.values import Value
from gradsight.document import Document
from gradsight.static import attributes, calls, garbage, summaries, uncalled
from gradsight.static.expressions import evaluate
from gradsight.static.imports import Imports
from gradsight.static.objects import Code
from gradsight.static.project import Project
from gradsight.static.recorder import Recorder
from gradsight.static.state import State
from gradsight.static.statements import execute_block
from gradsight.static.walker import MODULE_SCOPE, BudgetSpent, Reads, Walker
from gradsight.syntax.chunks import Chunk

logger = logging.getLogger(__name__)

_GRAD_OF_NAME = re.compile(r"([A-Za-z_][\w.]*)\.grad\b")
_BUDGET = 400_000
_FOR_OTHERS = 60_000
"""How much of it one top-level statement may spend before functions of other files are not entered any more."""
_GAP = 1 << 16
_LONGEST_SEARCH_FOR_OLD_STATE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One top-level statement of a walk."""

    chunk: Chunk
    order: int
    """Grows from step to step, with gaps for statements that are written in between later."""
    before: State
    entered: dict[Code, int]
    events: tuple[Event, ...]
    names: dict[Site, Value]
    reads: Reads
    """The names of modules that it looked up, and what they held."""
    local: bool
    """Whether it changed only what it made and what those names lead to."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found, and what the next one can reuse of it."""

    trace: Trace
    document: Document | None = None
    steps: tuple[Step, ...] = ()
    after: State | None = None
    """The state behind the last step; None if the walk ended before."""
    entered: dict[Code, int] = field(default_factory=dict)
    """How often each function had been walked by then."""
    alone: dict[Code, uncalled.Alone] = field(default_factory=dict)
    """Functions that nobody calls, each walked alone."""
    parents: dict[int, int] = field(default_factory=dict)
    captured: set[int] = field(default_factory=set)
    codes: WeakValueDictionary[int, Code] = field(default_factory=WeakValueDictionary)
    grad_names: frozenset[str] = frozenset()
    imports: Imports | None = None

    @property
    def documents(self) -> Mapping[str, Document]:
        """The imported modules that events may lie in, by path."""
        return self.imports.documents if self.imports is not None else {}


_NOTHING = Walk(Trace((), observed=False))


def interpret(
    document: Document, previous: Walk | None = None, *, project: Project | None = None, strict: bool = False
) -> Walk:
    """Walks a document. `previous`, the walk of an earlier text of the same document, makes it cheaper, not different.

    Imports of files that `project` finds are followed; without it none are. A statement at which the walk itself
    fails is logged and left out; with `strict` it raises, for tests.
    """
    if "torch" not in document.text and (project is None or not project.leads_to_torch(document)):
        return _NOTHING
    try:
        return _Interpretation(document, previous or _NOTHING, project, strict).run()
    except RecursionError:
        return _NOTHING


class _Interpretation:
    def __init__(self, document: Document, previous: Walk, project: Project | None, strict: bool) -> None:
        self.document = document
        self.strict = strict
        self.imports: Imports | None = None
        if project is not None:
            project.name(document.path)
            self.imports = Imports(project, document, strict)
        self.grad_names = frozenset(_GRAD_OF_NAME.findall(document.text))
        same_file = previous.document is not None and previous.document.path == document.path
        stands = same_file and previous.grad_names == self.grad_names and self._imports_stand(previous)
        self.previous = previous if stands else _NOTHING
        self.chunks = [placed.chunk for placed in document.chunks]
        self._kept = {id(chunk) for chunk in self.chunks}

    def _imports_stand(self, previous: Walk) -> bool:
        if previous.imports is None or self.imports is None:
            return previous.imports is self.imports
        if not self.imports.follows_as(previous.imports):
            return False
        self.imports.documents = dict(previous.imports.documents)
        return True

    def run(self) -> Walk:
        old = self.previous.steps
        same = 0
        while same < min(len(old), len(self.chunks)) and old[same].chunk is self.chunks[same]:
            same += 1
        if same and same == len(old) and self.previous.after is None:
            same -= 1  # the last step ended the path; there is no state to go on from behind it
        steps = list(old[:same])
        if same < len(old):
            state, entered = old[same].before.fork(), old[same].entered.copy()
        elif old and self.previous.after is not None:
            state, entered = self.previous.after.fork(), self.previous.entered.copy()
        else:
            state, entered = State(), {}
            state.scopes[MODULE_SCOPE] = {}
        recorder = Recorder()
        for step in steps:
            for event in step.events:
                recorder.add(event)
        walker = Walker(self.document.path, state, recorder, dict(self.previous.parents), _BUDGET)
        walker.evaluate, walker.execute_block, walker.call = evaluate, execute_block, calls.call
        walker.read = attributes.read
        walker.codes = self.previous.codes.copy()
        walker.entered = entered
        walker.captured = set(self.previous.captured)
        walker.grad_names = self.grad_names
        walker.imports = self.imports
        complete, after = self._walk(walker, steps)
        alone = self._uncalled(walker, after) if after is not None else {}
        return self._result(walker, steps, after, alone, complete)

    def _walk(self, w: Walker, steps: list[Step]) -> tuple[bool, State | None]:
        """Walks the chunks behind `steps`; whether it came to the end, and the state there."""
        old = self.previous.steps
        known = {id(step.chunk): number for number, step in enumerate(old)}
        searched = 0
        for index in range(len(steps), len(self.chunks)):
            behind = len(self.chunks) - index
            rest = old[len(old) - behind :] if behind <= len(old) else ()
            if rest and searched < _LONGEST_SEARCH_FOR_OLD_STATE and self._ends_alike(rest, index):
                searched += 1
                later = not steps or rest[0].order > steps[-1].order
                if (
                    later
                    and self._history_stands(steps, rest)
                    and rest[0].entered == w.entered
                    and rest[0].before == w.live
                ):
                    steps.extend(rest)
                    w.entered = self.previous.entered.copy()
                    return True, self.previous.after
            number = known.get(id(self.chunks[index]))
            if number is not None and self._replayed(w, steps, number):
                continue
            if not self._step(w, steps, self.chunks[index], self._order(steps)):
                return False, None
            if w.live is None:
                return True, None
        return True, w.live

    def _ends_alike(self, rest: tuple[Step, ...], index: int) -> bool:
        return self.previous.after is not None and all(
            step.chunk is chunk for step, chunk in zip(rest, self.chunks[index:], strict=True)
        )

    def _history_stands(self, steps: list[Step], rest: tuple[Step, ...]) -> bool:
        """Whether steps behind an equal state would also see an equal past: `backward()` walks back through events,
        and a statement that was edited may have made other ones under the same numbers."""
        if not any(isinstance(event, BackwardCalled) for step in rest for event in step.events):
            return True
        old = {step.order: step for step in self.previous.steps}
        return all(
            step is was or _same_events(step.events, was.events)
            for step in steps
            if (was := old.get(step.order)) is not None
        )

    def _replayed(self, w: Walker, steps: list[Step], number: int) -> bool:
        """Repeats what an earlier step did, if it would do the same now: whether it would.

        A step that read only names of functions, classes, constants and libraries depends on nothing
        else, so what it added to the state then it adds now.
        """
        old = self.previous.steps
        step = old[number]
        after = old[number + 1].before if number + 1 < len(old) else self.previous.after
        entered = old[number + 1].entered if number + 1 < len(old) else self.previous.entered
        state = w.state
        if (
            after is None
            or not step.local
            or (steps and step.order <= steps[-1].order)
            or step.before.modes != state.modes
            or step.before.escaped != state.escaped
            or not summaries.still_hold(step.reads, state)
        ):
            return False
        counts = {code: count - step.entered.get(code, 0) for code, count in entered.items()}
        counts = {code: count for code, count in counts.items() if count}
        if any(step.entered.get(code, 0) != w.entered.get(code, 0) for code in counts):
            return False
        steps.append(
            Step(step.chunk, step.order, state.fork(), w.entered.copy(), step.events, step.names, step.reads, True)
        )
        summaries.repeat(step.before, after, state)
        for code, count in counts.items():
            w.entered[code] = w.entered.get(code, 0) + count
        for event in step.events:
            w.recorder.add(event)
        return True

    def _order(self, steps: list[Step]) -> int:
        """The order of a step that is walked anew: that of the one it replaces, or one between its neighbours."""
        last = steps[-1].order if steps else 0
        following = next((step for step in self.previous.steps if step.order > last), None)
        if following is None:
            return last + _GAP
        if id(following.chunk) not in self._kept:
            return following.order
        return max((last + following.order) // 2, last + 1)

    def _step(self, w: Walker, steps: list[Step], chunk: Chunk, order: int) -> bool:
        before, entered = w.state.fork(), w.entered.copy()
        first = len(w.recorder.events)
        w.recorder.begin(order)
        w.recorder.names = {}
        w.reads = {}
        w.touched_all = False
        w.frame.chunk = chunk.serial
        w.least_for_others = w.budget - _FOR_OTHERS
        spent = False
        try:
            w.execute_block(w, chunk.body)
        except (BudgetSpent, RecursionError):
            spent = True
            w.back_to_document()
        except Exception:
            if self.strict:
                raise
            logger.exception("%s: a statement could not be walked", self.document.path)
            w.back_to_document()
            w.live = before.fork()
        if w.live is not None:
            garbage.collect(w.live)
        steps.append(
            Step(
                chunk,
                order,
                before,
                entered,
                tuple(w.recorder.events[first:]),
                w.recorder.names,
                w.reads,
                not w.touched_all,
            )
        )
        return not spent

    def _uncalled(self, w: Walker, end: State) -> dict[Code, uncalled.Alone]:
        kept: dict[Code, uncalled.Alone] = {}
        scope = end.scopes[MODULE_SCOPE]
        for root in uncalled.roots(self.document.path, scope, w.entered):
            key = root.function.code
            old = self.previous.alone.get(key)
            if old is None or not uncalled.still_holds(old, root, end):
                try:
                    old = uncalled.walk_alone(w, end, root)
                except RecursionError:
                    continue
                except Exception:
                    if self.strict:
                        raise
                    logger.exception("%s: a function could not be walked", self.document.path)
                    continue
            kept[key] = old
        return kept

    def _result(
        self, w: Walker, steps: list[Step], after: State | None, alone: dict[Code, uncalled.Alone], complete: bool
    ) -> Walk:
        events: list[Event] = []
        names: dict[Site, Value] = {}
        for step in steps:
            events += step.events
            names.update(step.names)
        for walk in alone.values():
            events += walk.events
            for site, value in walk.names.items():
                names.setdefault(site, value)
            complete = complete and walk.complete
        trace = Trace(_each_once(events), observed=False, names=names, complete=complete)
        return Walk(
            trace, self.document, tuple(steps), after, w.entered, alone,
            w.parents, w.captured, w.codes, self.grad_names, self.imports,
        )  # fmt: skip


def _each_once(events: Iterable[Event]) -> list[Event]:
    """Without repetitions of what imported modules do: several walks may have had to look into one."""
    seen: set[int] = set()
    kept: list[Event] = []
    for event in events:
        if event.id < 0:
            if event.id in seen:
                continue
            seen.add(event.id)
        kept.append(event)
    return kept


def _same_events(new: tuple[Event, ...], old: tuple[Event, ...]) -> bool:
    """Whether the same happened, be it at other places."""
    return len(new) == len(old) and all(
        replace(one, site=other.site, calls=other.calls) == other if type(one) is type(other) else False
        for one, other in zip(new, old, strict=True)
    )
