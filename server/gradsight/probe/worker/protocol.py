"""The words that launcher and worker exchange: one JSON object per line, in both directions.

Worker to launcher, by the key ``say``:

- ``hello``: the worker is ready for a job; ``protocol``, ``python``, ``torch``.
- ``unusable``: it will never be; ``why`` is ``missing``, ``old`` or ``broken``, with ``torch`` or ``error``.
- ``place``: place ``n`` is ``path``, ``line`` (1-based), ``span`` (1-based lines, UTF-8 columns; null before
  Python 3.11), in a function called ``function`` whose text begins at line ``first``.
- an event: ``say`` is one of `EVENTS`, with ``id``, ``at`` (a place), ``calls`` (places, outermost first) and
  what belongs to it.
- ``where``: the line that the program is at, in answer to ``stop``.
- ``parameters``: what became of each parameter.
- ``end``: nothing follows; ``status``, ``error``, ``why``.

Launcher to worker, by the key ``do``: ``job`` (what to run) and ``stop`` (``why``: `BY_TIME` or `CANCELLED`).

A value travels as a list; `VALUE` names its fields in order.
"""

from __future__ import annotations

PROTOCOL = 1
OLDEST_TORCH = (2, 4)

VALUE = ("id", "form", "bits", "kind", "shape", "storage", "made_by", "name")
REQUIRES_GRAD, IS_LEAF, IS_PARAMETER, IS_INFERENCE, RETAINS_GRAD = 1, 2, 4, 8, 16
TENSOR, NUMBER, ARRAY = "tensor", "number", "array"

CREATED, APPLIED, MUTATED, SCOPE, BACKWARD = "created", "applied", "mutated", "scope", "backward"
GRAD_READ, FLAG, BUILT, STEPPED, CLEARED = "grad read", "flag", "built", "stepped", "cleared"
CLIPPED, SCALER, SCHEDULED, MODE_SET = "clipped", "scaler", "scheduled", "mode set"
GIVEN = "given"
EVENTS = frozenset(
    {CREATED, APPLIED, MUTATED, SCOPE, BACKWARD, GRAD_READ, FLAG, BUILT, STEPPED, CLEARED}
    | {CLIPPED, SCALER, SCHEDULED, MODE_SET, GIVEN}
)

HELLO, UNUSABLE, PLACE, WHERE, PARAMETERS, END = "hello", "unusable", "place", "where", "parameters", "end"
JOB, STOP = "job", "stop"

DONE, ERROR, EXIT, LIMIT, CANCELLED, MEMORY = "done", "error", "exit", "limit", "cancelled", "memory"
"""How a run ends: it ran through; it raised; it called `exit`; a limit stopped it; somebody did; it took too much."""

BY_STEPS, BY_TIME, BY_EVENTS = "steps", "time", "events"
"""Which limit it was."""

CUT_DETACH, CUT_NUMBER, CUT_NUMPY = "detach", "number", "numpy"
CUT_REWRAP, CUT_GRAD_MODE, CUT_NOT_DIFFERENTIABLE = "rewrap", "grad mode", "not differentiable"
MODE_NO_GRAD, MODE_INFERENCE = "no_grad", "inference_mode"
MODE_OFF, MODE_ENABLED = "set_grad_enabled(False)", "enable_grad"
FORM_WITH, FORM_DECORATOR, FORM_CALL = "with", "decorator", "call"
