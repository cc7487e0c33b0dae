"""What the parameters of a function that nobody calls are for, told by annotations and use."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache

from gradsight.static import loop_tools
from gradsight.static.objects import UNKNOWN, Object, Scalar, Unknown
from gradsight.static.walker import Walker

_TRAINED_OBJECT_NAMES = frozenset(
    ["model", "net", "network", "module", "encoder", "decoder", "generator", "discriminator", "backbone", "policy"]
)
_SCHEDULERS = ("LRScheduler", "_LRScheduler", "ReduceLROnPlateau")
_MODULE_METHODS = frozenset(
    ["train", "eval", "parameters", "named_parameters", "state_dict", "load_state_dict", "requires_grad_"]
)


def role_of_parameter(parameter: ast.arg, use: set[str], forward: bool) -> str | None:
    """`optimizer`, `scaler`, `scheduler`, `module`, `tensor`, `number` or nothing."""
    annotation = ast.unparse(parameter.annotation) if parameter.annotation is not None else ""
    last = annotation.rpartition(".")[2]
    if last == "Optimizer" or {"zero_grad", "step"} <= use:
        return "optimizer"
    if last == "GradScaler" or ({"scale"} < use and use <= {"scale", "step", "update", "unscale_", "get_scale"}):
        return "scaler"
    if last in _SCHEDULERS or ("step" in use and loop_tools.SCHEDULER_NAME.search(parameter.arg)):
        return "scheduler"
    if last == "Module" or ("()" in use and (use & _MODULE_METHODS or parameter.arg in _TRAINED_OBJECT_NAMES)):
        return "module"
    if last == "Tensor" or (forward and not annotation):
        return "tensor"
    if last in ("bool", "int", "float"):
        return "number"
    return None


def uses(body: list[ast.stmt], names: set[str], of_self: str | None = None) -> dict[str, set[str]]:
    """By name: the methods that are called on it, `()` if it is called itself. With `of_self`, of attributes of it."""
    found: dict[str, set[str]] = defaultdict(set)
    for statement in body:
        for node in ast.walk(statement):
            if not isinstance(node, ast.Call):
                continue
            callee: ast.expr = node.func
            name = _subject(callee, of_self)
            if name in names:
                found[name].add("()")
            elif isinstance(callee, ast.Attribute):
                name = _subject(callee.value, of_self)
                if name in names:
                    found[name].add(callee.attr)
    return found


def _subject(node: ast.expr, of_self: str | None) -> str:
    if of_self is None:
        return node.id if isinstance(node, ast.Name) else ""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == of_self:
        return node.attr
    return ""


def given(w: Walker, role: str | None) -> Object:
    """The argument that such a parameter is walked with."""
    match role:
        case "tensor":
            return w.unknown_tensor()
        case "number":
            return Scalar()
        case "scaler" | "scheduler":
            return loop_tools.unknown_tool(w, role)
        case None:
            return UNKNOWN
    return Unknown(role)


def arguments_of(
    w: Walker, node: ast.FunctionDef | ast.AsyncFunctionDef, skip: int, of: ast.ClassDef | None = None
) -> dict[str, Object]:
    """What each parameter behind the first `skip` is walked with; `of` for the constructor of a class,
    where an attribute that is set from a parameter shows by its use what the parameter is."""
    return {name: given(w, role) for name, role in _roles(node, skip, of)}


@lru_cache(maxsize=1024)
def _roles(
    node: ast.FunctionDef | ast.AsyncFunctionDef, skip: int, of: ast.ClassDef | None
) -> tuple[tuple[str, str | None], ...]:
    positional = [*node.args.posonlyargs, *node.args.args]
    parameters = positional[skip:] + node.args.kwonlyargs
    names = {parameter.arg for parameter in parameters}
    used = uses(node.body, names)
    if of is not None:
        kept = _kept_as(node, names)
        for attribute, methods in uses(of.body, set(kept), of_self="self").items():
            used[kept[attribute]] |= methods
    defaulted = {parameter.arg for parameter, _ in zip(reversed(positional), node.args.defaults, strict=False)}
    defaulted |= {
        parameter.arg for parameter, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True) if default
    }
    roles = []
    for parameter in parameters:
        role = role_of_parameter(parameter, used.get(parameter.arg, set()), node.name == "forward")
        if parameter.arg in defaulted and role in ("tensor", "scaler", "scheduler"):
            role = None  # it may be left out
        roles.append((parameter.arg, role))
    return tuple(roles)


def _kept_as(node: ast.FunctionDef | ast.AsyncFunctionDef, names: set[str]) -> dict[str, str]:
    """`self.attribute = parameter` in a constructor: parameter by attribute."""
    kept: dict[str, str] = {}
    for statement in ast.walk(node):
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name) and statement.value.id in names:
            for target in statement.targets:
                if attribute := _subject(target, "self"):
                    kept[attribute] = statement.value.id
    return kept
