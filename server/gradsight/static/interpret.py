"""The static producer: a document becomes a trace. Runs nothing, never raises, reuses what an edit left alone."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

from gradsight.autograd.events import Event, Site, Trace
from gradsight.autograd.values import Value
from gradsight.document import Document
from gradsight.static import attributes, calls, garbage, uncalled
from gradsight.static.blocks import Base, Block, Differences, changes_of, finish, may_enter
from gradsight.static.expressions import evaluate
from gradsight.static.imports import Imports
from gradsight.static.objects import Code
from gradsight.static.parts import Part, each_once, parts_of
from gradsight.static.project import Project
from gradsight.static.recorder import PER_STEP, Recorder
from gradsight.static.state import GRAD_NAMES, State
from gradsight.static.statements import execute_block
from gradsight.static.walker import MODULE_SCOPE, BudgetSpent, Walker
from gradsight.syntax.chunks import Chunk

logger = logging.getLogger(__name__)

_GRAD = re.compile(r"\.grad\b")
_NAME_BEFORE = re.compile(r"[A-Za-z_][\w.]*$")
_LONGEST_NAME = 200
_LEAST_BUDGET = 52_000
_PER_HUNDRED_LINES = 2_300
_LONG = 15_000
_BUDGET_OF_LONG = 60_000
"""Texts of more than `_LONG` lines were hardly written by hand; already splitting them takes long."""
_FOR_UNCALLED = 40_000
"""What functions that nobody calls may cost in all, beside what the document itself left of the budget."""
_FOR_OTHERS = 40_000
"""How much of it one top-level statement may spend before functions of other files are not entered any more."""
_GAP = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One top-level statement of a walk."""

    chunk: Chunk
    order: int
    """Grows from step to step, with gaps for statements that are written in between later."""
    block: Block
    ends: bool
    """Whether nothing behind it is reached, be it by the program or by the walk."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What a walk found, and what the next one can reuse of it."""

    trace: Trace
    document: Document | None = None
    steps: tuple[Step, ...] = ()
    parts: tuple[Part, ...] = ()
    """The trace in groups that have nothing to do with each other."""
    alone: dict[Code, uncalled.Alone] = field(default_factory=dict)
    """Functions that nobody calls, each walked alone."""
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
    return _Interpretation(document, previous or _NOTHING, project, strict).run()


class _Interpretation:
    def __init__(self, document: Document, previous: Walk, project: Project | None, strict: bool) -> None:
        self.document = document
        self.strict = strict
        self.imports: Imports | None = None
        if project is not None:
            project.begin(document)
            self.imports = Imports(project, document, strict)
        same_file = previous.document is not None and previous.document.path == document.path
        self.previous = previous if same_file and self._imports_stand(previous) else _NOTHING
        self.grad_names = _names_of_gradients(document.text)
        self.chunks = [placed.chunk for placed in document.chunks]
        self.base = Base()
        self.base.maps["cells"][GRAD_NAMES] = self.grad_names
        self.differences = Differences()
        if self.grad_names != self.previous.grad_names:
            self.differences.add("cells", [GRAD_NAMES])
        self.steps: list[Step] = []
        self._by_order: dict[int, Step] = {}
        self._imported: dict[int, Event] = {}
        self._history: dict[int, dict[int, Event]] = {}
        self.entered: dict[Code, int] = {}
        self.codes = self.previous.codes.copy()
        self.budget = _budget(len(document.lines))
        self._left_out = False
        self._kept = 0

    def _imports_stand(self, previous: Walk) -> bool:
        if previous.imports is None or self.imports is None:
            return previous.imports is self.imports
        if not self.imports.follows_as(previous.imports):
            return False
        self.imports.documents = dict(previous.imports.documents)
        return True

    def run(self) -> Walk:
        alone = self._uncalled() if self._walk() else {}
        steps = [step.block for step in self.steps]
        blocks = [*steps, *(each.block for each in alone.values())]
        names: dict[Site, Value] = {}
        for each in alone.values():
            names.update(each.block.names)
        for block in steps:
            names.update(block.names)
        complete = not self._left_out and all(block.complete for block in blocks)
        trace = Trace(each_once(blocks), observed=False, names=names, complete=complete)
        parts = parts_of(steps, [(code.chunk, each.block) for code, each in alone.items()])
        return Walk(trace, self.document, tuple(self.steps), parts, alone, self.codes, self.grad_names, self.imports)

    def _walk(self) -> bool:
        """Walks the chunks; whether the path comes to their end."""
        old = self.previous.steps
        by_chunk = {id(step.chunk): number for number, step in enumerate(old)}
        by_serial = {step.chunk.serial: number for number, step in enumerate(old)}
        reached = 0  # the steps of the earlier walk before this one are done with
        for chunk in self.chunks:
            number = by_chunk.get(id(chunk), by_serial.get(chunk.serial, -1))
            was = old[number] if number >= reached else None
            if was is not None:
                for step in old[reached:number]:
                    self.differences.without(step.block)
                reached = number + 1
            if was is not None and was.chunk is chunk and self._stands(was):
                self._append(was)
                self.differences.repeated(was.block)
                self.budget -= was.block.work
            else:
                step = self._step(chunk, was.order if was is not None else self._between(old, reached))
                if was is not None:
                    self.differences.replaced(was.block, step.block)
                else:
                    self.differences.without(step.block)
                self._append(step)
            if self.steps[-1].ends:
                return False
        for step in old[reached:]:
            self.differences.without(step.block)
        return True

    def _stands(self, step: Step) -> bool:
        """Whether a step of the earlier walk would do now what it did then."""
        return (
            _affordable(step.block, self.budget)
            and may_enter(step.block, self.entered)
            and not self.differences.touch(step.block, self.base, self._earlier)
        )

    def _between(self, old: tuple[Step, ...], reached: int) -> int:
        """The order of a step that is new: between that of its neighbours."""
        last = self.steps[-1].order if self.steps else 0
        if reached < len(old):
            return max((last + old[reached].order) // 2, last + 1)
        return last + _GAP

    def _append(self, step: Step) -> None:
        self.steps.append(step)
        self._by_order[step.order] = step
        self._imported.update(step.block.imported)
        self.base.apply(step.block.changes)
        for code, count in step.block.entered.items():
            self.entered[code] = self.entered.get(code, 0) + count

    def _earlier(self, number: int) -> Event | None:
        """An event of a step that was walked before."""
        if number < 0:
            return self._imported.get(number)
        order = number // PER_STEP
        events = self._history.get(order)
        if events is None:
            step = self._by_order.get(order)
            if step is None:
                return None
            events = self._history[order] = {event.id: event for event in step.block.events}
        return events.get(number)

    def _walker(self, state: State, order: int, budget: int) -> Walker:
        w = Walker(self.document.path, state, Recorder(order, self._earlier), budget)
        w.evaluate, w.execute_block, w.call, w.read = evaluate, execute_block, calls.call, attributes.read
        w.codes, w.entered, w.imports = self.codes, dict(self.entered), self.imports
        w.least_for_others = budget - _FOR_OTHERS
        return w

    def _step(self, chunk: Chunk, order: int) -> Step:
        self._kept = garbage.collect(self.base, self._kept)
        state = self.base.begin()
        w = self._walker(state, order, self.budget)
        w.frame.chunk = chunk.serial
        try:
            w.execute_block(w, chunk.body)
            changes, ends = (changes_of(w.live), False) if w.live is not None else ({}, True)
        except BudgetSpent:
            w.log.complete, w.log.spent, changes, ends = False, True, {}, True
        except Exception:
            if self.strict:
                raise
            logger.exception("%s: a statement could not be walked", self.document.path)
            w.log.complete, changes, ends = False, {}, False
        block = finish(w, state, changes, self.entered, self.budget)
        self.budget = w.budget
        return Step(chunk, order, block, ends)

    def _uncalled(self) -> dict[Code, uncalled.Alone]:
        """The walks of the functions that no call has reached."""
        found: dict[Code, uncalled.Alone] = {}
        w = self._walker(self.base.begin(), 0, 0)
        pool = self.budget + _FOR_UNCALLED
        for root in uncalled.roots(self.document.path, self.base.scopes[MODULE_SCOPE].own, self.entered):
            if pool <= 0:
                self._left_out = True
                break
            budget = min(pool, uncalled.BUDGET)
            old = self.previous.alone.get(root.function.code)
            try:
                if old is None or old.root != root or not self._still_holds(old, budget):
                    old = uncalled.walk_alone(w, self.base, root, self._earlier, budget)
                found[root.function.code] = old
                pool -= old.block.work
            except Exception:
                if self.strict:
                    raise
                logger.exception("%s: a function could not be walked", self.document.path)
        return found

    def _still_holds(self, old: uncalled.Alone, budget: int) -> bool:
        if not _affordable(old.block, budget) or not may_enter(old.block, self.entered):
            return False
        return not self.differences.touch(old.block, self.base, self._earlier)


def _budget(lines: int) -> int:
    """How much work a text of so many lines may cost: about two seconds on a slow machine, whatever it says."""
    return _BUDGET_OF_LONG if lines > _LONG else _LEAST_BUDGET + lines // 100 * _PER_HUNDRED_LINES


def _affordable(block: Block, budget: int) -> bool:
    """Whether a walk with this budget would come as far as the block did, and no further."""
    return block.budget == budget if block.spent else block.work <= budget


def _names_of_gradients(text: str) -> frozenset[str]:
    """The names whose `.grad` a text mentions."""
    before = (text[max(0, found.start() - _LONGEST_NAME) : found.start()] for found in _GRAD.finditer(text))
    return frozenset(name.group() for part in before if (name := _NAME_BEFORE.search(part)) is not None)
