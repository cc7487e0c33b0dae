"""What a training loop uses besides optimizers: modes, clipping, `GradScaler`, schedulers, containers that last."""

from __future__ import annotations

import ast
import re

from gradsight.autograd.loop_events import Clipped, Kept, ModeSet, ScalerCalled, Scheduled
from gradsight.autograd.values import Known
from gradsight.static import ops, optimizers, translate
from gradsight.static.objects import (
    NONE,
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dict,
    Dotted,
    HeapObject,
    Instance,
    List,
    Object,
    Optimizer,
    Ref,
    Scalar,
    Tensor,
    Tuple,
)
from gradsight.static.walker import Walker

SHORT = "short deque"
"""The type of a list that holds only its last few items."""
MOST_SHORT = 16
SCALER = "torch.amp.GradScaler"
SCHEDULER = "torch.optim.lr_scheduler."
_SCALERS = (SCALER, "torch.cuda.amp.GradScaler", "torch.cpu.amp.GradScaler", "torch.amp.grad_scaler.GradScaler")
_CLIPPING = ("clip_grad_norm_", "clip_grad_value_", "clip_grad_norm")
SCHEDULER_NAME = re.compile(r"(^|_)(lr_)?sched(uler)?$")
OPTIMIZER_NAME = re.compile(r"(^|_)opt(im|imizer)?(_\w+)?$")
_SENSITIVE = ("Dropout", "BatchNorm", "InstanceNorm", "SyncBatchNorm", "RReLU", "Transformer")
_RECURRENT = ("LSTM", "GRU", "RNN")
"""Layers that work differently in the two modes, at least with some arguments."""


def is_tool(item: object) -> bool:
    """Whether this type of an object is a scaler or scheduler, whose methods are modelled here."""
    return isinstance(item, Dotted) and (item.name == SCALER or item.name.startswith(SCHEDULER))


def construct(w: Walker, name: str, arguments: Arguments) -> Object | None:
    """A scaler or scheduler; None if `name` is neither."""
    if name in _SCALERS:
        enabled = arguments.keywords.get("enabled", Const(True))
        return w.allocate(Instance(Dotted(SCALER), {"enabled": enabled}))
    if name.startswith(SCHEDULER) and name.rpartition(".")[2][:1].isupper():
        optimizer = arguments.get(0, "optimizer") or UNKNOWN
        return w.allocate(Instance(Dotted(name), {"optimizer": optimizer}))
    return None


def unknown_tool(w: Walker, role: str) -> Object:
    """What a parameter is walked with that use shows to be a `scaler` or a `scheduler`."""
    name = SCALER if role == "scaler" else f"{SCHEDULER}LRScheduler"
    return w.allocate(Instance(Dotted(name), {"enabled": UNKNOWN, "optimizer": UNKNOWN}))


def call_method(w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    """A method of a scaler or scheduler."""
    if found.type == Dotted(SCALER):
        return _call_scaler(w, node, ref, found, name, arguments)
    if name == "step" and isinstance(found.type, Dotted):
        optimizer = found.attributes.get("optimizer")
        known = optimizer.id if isinstance(optimizer, Ref) and w.deref(optimizer, Optimizer) is not None else None
        short = found.type.name.rpartition(".")[2]
        w.record(Scheduled, node, scheduler=ref.id, name=_receiver(node), type=short, optimizer=known)
        return NONE
    return UNKNOWN


def _call_scaler(w: Walker, node: ast.AST, ref: Ref, found: Instance, name: str, arguments: Arguments) -> Object:
    flag = found.attributes.get("enabled", UNKNOWN)
    enabled: Known = bool(flag.value) if isinstance(flag, Const) else None
    if name == "scale":
        result = _scaled(w, node, arguments.get(0, "outputs") or UNKNOWN)
        values = tuple(translate.values_in(w, result))
        w.record(ScalerCalled, node, scaler=ref.id, name=_receiver(node), method=name, scaled=values, enabled=enabled)
        return result
    if name not in ("unscale_", "step", "update"):
        return UNKNOWN
    given = arguments.get(0, "optimizer")
    optimizer = w.deref(given, Optimizer)
    label = _argument(node)
    w.record(
        ScalerCalled, node, scaler=ref.id, name=_receiver(node), method=name, enabled=enabled, optimizer_name=label,
        optimizer=given.id if optimizer is not None and isinstance(given, Ref) else None,
    )  # fmt: skip
    if name == "step" and optimizer is not None and isinstance(given, Ref):
        optimizers.step(w, node, given.id, label, optimizer.parameters)
    elif name == "step":
        optimizers.step(w, node, -1, label, None)
    return NONE


def _scaled(w: Walker, node: ast.AST, item: Object) -> Object:
    if isinstance(item, Tensor):
        return ops.apply(w, node, ops.Call("torch.Tensor.mul", Arguments((item, Scalar()))))
    parts = translate.sequence_items(w, item)
    return Tuple(tuple(_scaled(w, node, part) for part in parts)) if parts else UNKNOWN


def step_by_name(w: Walker, node: ast.AST) -> None:
    """`step()` of something of which only the name tells what it may be."""
    name = (_receiver(node) or "").rpartition(".")[2]
    if SCHEDULER_NAME.search(name):
        w.record(Scheduled, node, scheduler=-1, name=_receiver(node), type="", optimizer=None)
    elif OPTIMIZER_NAME.search(name):
        optimizers.step(w, node, -1, _receiver(node), None)


# --- clipping and modes ------------------------------------------------------------------------


def clips(name: str) -> bool:
    """Whether a public name is a function that clips gradients."""
    return name.startswith("torch.nn.utils.") and name.rpartition(".")[2] in _CLIPPING


def clip(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object:
    """`clip_grad_norm_(parameters, ...)`."""
    parameters = optimizers.held(w, arguments.get(0, "parameters") or UNKNOWN, node, by="clip")
    w.record(Clipped, node, parameters=parameters)
    if name.endswith("value_"):
        return NONE
    return w.keep(w.new_value(requires_grad=False, is_leaf=True, shape=()))


def set_mode(
    w: Walker, node: ast.AST, name: str, arguments: Arguments, modules: tuple[int, ...] | None,
    parameters: tuple[int, ...] | None, varies: Known,
) -> None:  # fmt: skip
    """`module.train(mode)` or `module.eval()`."""
    flag = arguments.get(0, "mode") or Const(True)
    training: Known = False if name == "eval" else bool(flag.value) if isinstance(flag, Const) else None
    w.record(
        ModeSet, node, modules=modules, name=_receiver(node), training=training, parameters=parameters, varies=varies
    )


def varies(w: Walker, modules: tuple[Object, ...], complete: bool) -> Known:
    """Whether one of these modules works differently in the two modes."""
    found = [inner for item in modules if (inner := w.module(item)) is not None]
    if any(_is_sensitive(inner) for inner in found):
        return True
    return False if complete and len(found) == len(modules) else None


def _is_sensitive(found: Instance) -> bool:
    if isinstance(found.type, Class):
        return any(
            isinstance(part, ast.Attribute) and (part.attr == "training" or "dropout" in part.attr)
            for part in ast.walk(found.type.node)
        )
    short = found.type.name.rpartition(".")[2]
    if short in _RECURRENT:
        return found.built is None or found.built.unpacked or "dropout" in found.built.keywords
    return short.startswith(_SENSITIVE) or "Dropout" in short


# --- containers --------------------------------------------------------------------------------


def grows(found: HeapObject | None, index: Object) -> bool:
    """Whether an assignment to this slot adds something: under a key that is not always the same."""
    if not isinstance(found, Dict | List):
        return False
    key = index.value if isinstance(index, Const) else None
    if isinstance(index, Const):
        return isinstance(key, int) and not (isinstance(found, Dict) and key in found.items)
    return True


def note_kept(w: Walker, node: ast.AST, container: Ref, item: Object) -> None:
    """`item` was put into a container."""
    found = w.deref(container, List)
    if not isinstance(item, Tensor | Tuple | Ref) or (found is not None and found.type == SHORT):
        return
    tensors = w.state.tensors
    values = tuple(
        value
        for number in sorted(w.state.reachable([item]))
        if (value := tensors.get(number)) is not None and value.requires_grad is True and value.is_leaf is False
    )
    if values:
        w.record(Kept, node, container=container.id, values=values, direct=isinstance(item, Tensor))


# --- names -------------------------------------------------------------------------------------


def _receiver(node: ast.AST) -> str | None:
    return ast.unparse(node.func.value) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None


def _argument(node: ast.AST) -> str | None:
    if not isinstance(node, ast.Call):
        return None
    given = node.args[0] if node.args else next((keyword.value for keyword in node.keywords), None)
    return ast.unparse(given) if isinstance(given, ast.Name | ast.Attribute | ast.Subscript) else None
