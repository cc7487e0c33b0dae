"""The static producer: a document becomes a trace. Runs nothing, never raises, reuses what an edit left alone."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field

from gradsight.autograd.events import Event, Site, Trace
from gradsight.autograd.values import Value
from gradsight.document import Document
from gradsight.static import calls, uncalled
from gradsight.static.expressions import evaluate
from gradsight.static.objects import Code
from gradsight.static.recorder import Recorder
from gradsight.static.state import State
from gradsight.static.statements import execute_block
from gradsight.static.walker import MODULE_SCOPE, BudgetSpent, Walker
from gradsight.syntax.chunks import Chunk

logger = logging.getLogger(__name__)

_GRAD_OF_NAME = re.compile(r"([A-Za-z_][\w.]*)\.grad\b")
_BUDGET = 400_000
_GAP = 1 << 16
_LONGEST_SEARCH_FOR_OLD_STATE = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One top-level statement of a walk."""

    chunk: Chunk
    order: int
    """Grows from step to step, with gaps for statements that are written in between later."""
    before: State
    entered: dict[int, int]
    events: tuple[Event, ...]
    names: dict[Site, Value]


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found, and what the next one can reuse of it."""

    trace: Trace
    document: Document | None = None
    steps: tuple[Step, ...] = ()
    after: State | None = None
    """The state behind the last step; None if the walk ended before."""
    entered: dict[int, int] = field(default_factory=dict)
    """How often each function had been walked by then."""
    alone: dict[int, uncalled.Alone] = field(default_factory=dict)
    """By identity of the function's node."""
    parents: dict[int, int] = field(default_factory=dict)
    codes: dict[int, Code] = field(default_factory=dict)
    grad_names: frozenset[str] = frozenset()


_NOTHING = Walk(Trace((), observed=False))


def interpret(document: Document, previous: Walk | None = None, *, strict: bool = False) -> Walk:
    """Walks a document. `previous`, the walk of an earlier text of the same document, makes it cheaper, not different.

    A statement at which the walk itself fails is logged and left out; with `strict` it raises, for tests.
    """
    if "torch" not in document.text:
        return _NOTHING
    try:
        return _Interpretation(document, previous or _NOTHING, strict).run()
    except RecursionError:
        return _NOTHING


class _Interpretation:
    def __init__(self, document: Document, previous: Walk, strict: bool) -> None:
        self.document = document
        self.strict = strict
        self.grad_names = frozenset(_GRAD_OF_NAME.findall(document.text))
        same_file = previous.document is not None and previous.document.path == document.path
        self.previous = previous if same_file and previous.grad_names == self.grad_names else _NOTHING
        self.chunks = [placed.chunk for placed in document.chunks]

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
        walker.codes = dict(self.previous.codes)
        walker.entered = entered
        walker.grad_names = self.grad_names
        complete, after = self._walk(walker, steps)
        alone = self._uncalled(walker, after) if after is not None else {}
        return self._result(walker, steps, after, alone, complete)

    def _walk(self, w: Walker, steps: list[Step]) -> tuple[bool, State | None]:
        """Walks the chunks behind `steps`; whether it came to the end, and the state there."""
        old = self.previous.steps
        searched = 0
        for index in range(len(steps), len(self.chunks)):
            behind = len(self.chunks) - index
            rest = old[len(old) - behind :] if behind <= len(old) else ()
            if (
                rest
                and searched < _LONGEST_SEARCH_FOR_OLD_STATE
                and self.previous.after is not None
                and all(step.chunk is chunk for step, chunk in zip(rest, self.chunks[index:], strict=True))
            ):
                searched += 1
                if (
                    (not steps or rest[0].order > steps[-1].order)
                    and rest[0].entered == w.entered
                    and rest[0].before == w.live
                ):
                    steps.extend(rest)
                    for step in rest:
                        for event in step.events:
                            w.recorder.add(event)
                    w.entered = self.previous.entered.copy()
                    return True, self.previous.after
            order = self._order(steps, rest)
            if not self._step(w, steps, self.chunks[index], order):
                return False, None
            if w.live is None:
                return True, None
        return True, w.live

    def _order(self, steps: list[Step], rest: tuple[Step, ...]) -> int:
        last = steps[-1].order if steps else 0
        following = rest[0].order if rest else None
        if following is not None and following > last + 1:
            return (last + following) // 2 if following - last > 2 else last + 1
        return last + _GAP

    def _step(self, w: Walker, steps: list[Step], chunk: Chunk, order: int) -> bool:
        before, entered = w.state.fork(), w.entered.copy()
        first = len(w.recorder.events)
        w.recorder.begin(order)
        w.recorder.names = {}
        w.frame.chunk = chunk.serial
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
        steps.append(Step(chunk, order, before, entered, tuple(w.recorder.events[first:]), w.recorder.names))
        return not spent

    def _uncalled(self, w: Walker, end: State) -> dict[int, uncalled.Alone]:
        kept: dict[int, uncalled.Alone] = {}
        scope = end.scopes[MODULE_SCOPE]
        for root in uncalled.roots(scope, w.entered):
            key = id(root.function.code.node)
            old = self.previous.alone.get(key)
            if old is None or not uncalled.still_holds(old, root, scope):
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
        self, w: Walker, steps: list[Step], after: State | None, alone: dict[int, uncalled.Alone], complete: bool
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
        trace = Trace(events, observed=False, names=names, complete=complete)
        return Walk(trace, self.document, tuple(steps), after, w.entered, alone, w.parents, w.codes, self.grad_names)
