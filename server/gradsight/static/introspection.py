"""What a program asks of an object by name or type: `isinstance`, `setattr`."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static import functions, module_methods, registration
from gradsight.static.objects import (
    NONE,
    Arguments,
    Class,
    Const,
    Dict,
    Dotted,
    Instance,
    List,
    Object,
    Ref,
    Scalar,
    Tensor,
    Tuple,
)
from gradsight.static.walker import Walker


def is_instance(w: Walker, arguments: Arguments) -> Object:
    """`isinstance(object, types)`, where both are known."""
    item, types = arguments.get(0, "object"), arguments.get(1, "class_or_tuple")
    wanted = types.items if isinstance(types, Tuple) else (types,)
    if isinstance(item, Tensor):
        names = [entry.name for entry in wanted if isinstance(entry, Dotted)]
        if "torch.Tensor" in names:
            return Const(True)
        value = w.state.value(item)
        if "torch.nn.Parameter" in names:
            return Const(True) if value.is_parameter else Scalar("bool")
        return (
            Const(False)
            if len(names) == len(wanted) and not any(name.startswith("torch") for name in names)
            else Scalar("bool")
        )
    found = w.deref(item, Instance)
    if found is None:
        plain = _is_of_plain_type(w, item, [entry.name if isinstance(entry, Dotted) else None for entry in wanted])
        return Scalar("bool") if plain is None else Const(plain)
    for entry in wanted:
        if isinstance(entry, Dotted) and (found.type == entry or (found.is_module and entry.name == "torch.nn.Module")):
            return Const(True)
        if isinstance(entry, Class) and entry in functions.linearised(found.type):
            return Const(True)
    if not all(isinstance(entry, Dotted | Class) and not _is_hidden(entry) for entry in wanted):
        return Scalar("bool")
    if isinstance(found.type, Dotted):
        return Const(False)
    bases = functions.outside_bases(found.type)
    names = [entry.name for entry in wanted if isinstance(entry, Dotted)]
    if any(name in bases for name in names):
        return Const(True)
    plain = all(base in ("torch.nn.Module", "object", "abc.ABC") for base in bases)
    return Const(False) if plain and not any(name == "object" for name in names) else Scalar("bool")


def _is_hidden(entry: Dotted | Class) -> bool:
    """Whether this is a class that others extend out of sight, such as `torch.nn.modules.batchnorm._BatchNorm`."""
    short = entry.name.rpartition(".")[2]
    return isinstance(entry, Dotted) and (short.startswith("_") or not short[:1].isupper())


def _is_of_plain_type(w: Walker, item: Object | None, names: list[str | None]) -> bool | None:
    """Whether a tuple, list, dictionary or None is of one of these types; None where that is not known."""
    listed = w.deref(item, List)
    own = (
        "tuple" if isinstance(item, Tuple)
        else listed.type if listed is not None
        else "dict" if w.deref(item, Dict) is not None
        else "NoneType" if item == NONE
        else None
    )  # fmt: skip
    if own not in ("tuple", "list", "dict", "NoneType"):
        return None
    if own in names:
        return True
    others = {"torch.Tensor", "torch.nn.Module", "torch.nn.Parameter", "tuple", "list", "dict", "int", "float", "str"}
    return False if all(name in others for name in names) else None


def has_attribute(w: Walker, item: Object, name: object) -> bool | None:
    """Whether an object of the program has an attribute; None where that is not known."""
    found = w.deref(item, Instance)
    if found is None or not isinstance(name, str):
        return None
    if name in found.attributes or functions.find_method(found.type, name) is not None:
        return True
    if not found.complete or not isinstance(found.type, Class) or (found.is_module and name in module_methods.NAMES):
        return None
    return None if name in ("training", "forward") or name.startswith("_") else False


def delete_by_name(w: Walker, arguments: Arguments) -> None:
    """`delattr(object, name)`."""
    ref, name = arguments.get(0, "object"), arguments.get(1, "name")
    found = w.deref(ref, Instance)
    if found is not None and isinstance(ref, Ref) and isinstance(name, Const):
        kept = {key: item for key, item in found.attributes.items() if key != name.value}
        w.state.heap[ref.id] = replace(found, attributes=kept)


def set_by_name(w: Walker, node: ast.AST, arguments: Arguments) -> None:
    """`setattr(object, name, value)`."""
    ref, name, item = arguments.get(0, "object"), arguments.get(1, "name"), arguments.get(2, "value")
    found = w.deref(ref, Instance)
    if found is None or not isinstance(ref, Ref):
        return
    if isinstance(name, Const) and isinstance(name.value, str) and item is not None:
        if found.is_module:
            given = node.args[0] if isinstance(node, ast.Call) and node.args else None
            label = f"{ast.unparse(given)}.{name.value}" if given is not None else name.value
            found = registration.member(w, node, ref, found, name.value, label, item)
        w.state.heap[ref.id] = replace(found, attributes={**found.attributes, name.value: item})
    else:
        w.state.heap[ref.id] = replace(found, complete=False)
