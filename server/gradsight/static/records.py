"""Classes whose constructor Python writes: data classes, named tuples, enumerations, simple namespaces."""

from __future__ import annotations

import ast
from dataclasses import replace

from gradsight.static import containers, functions
from gradsight.static.objects import (
    UNKNOWN,
    Arguments,
    Class,
    Const,
    Dict,
    Dotted,
    EnumMember,
    Function,
    Instance,
    Object,
    Ref,
    Tuple,
    TupleType,
)
from gradsight.static.walker import Walker

_ENUMS = ("enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag")
_NAMED_TUPLE = "typing.NamedTuple"
_WRITES_CONSTRUCTOR = ("attr.s", "define", "attrs.define")
FIELD = "dataclasses.field"
NAMESPACES = ("types.SimpleNamespace", "argparse.Namespace")


def is_record(of: Class) -> bool:
    """Whether a decorator writes the constructor of the class from its annotated fields."""
    names = [
        ast.unparse(decorator).partition("(")[0]
        for entry in functions.linearised(of)
        for decorator in entry.node.decorator_list
    ]
    return any("dataclass" in name or name in _WRITES_CONSTRUCTOR for name in names)


def fields_of(of: Class) -> list[str]:
    """The annotated fields of a class and its bases, in the order of the constructor."""
    names = [
        statement.target.id
        for entry in reversed(functions.linearised(of))
        for statement in entry.node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and "ClassVar" not in ast.unparse(statement.annotation)
    ]
    return list(dict.fromkeys(names))


def fill(w: Walker, node: ast.AST, ref: Ref, of: Class, arguments: Arguments) -> None:
    """The constructor of a data class: each field from its argument, else from its default."""
    names = fields_of(of)
    attributes: dict[str, Object] = dict(zip(names, arguments.positional, strict=False))
    attributes |= {name: item for name, item in arguments.keywords.items() if name in names}
    for name in names:
        if name not in attributes:
            found = functions.find_method(of, name)
            attributes[name] = _default(w, node, found[0]) if found is not None and not arguments.unpacked else UNKNOWN
    found_instance = w.deref(ref, Instance)
    if found_instance is None:
        return
    w.state.heap[ref.id] = replace(found_instance, attributes={**found_instance.attributes, **attributes})
    after = functions.find_method(of, "__post_init__")
    if after is not None and isinstance(after[0], Function) and w.live is not None:
        w.call(w, node, functions.bind_receiver(after[0], ref, after[1]), Arguments())


def _default(w: Walker, node: ast.AST, given: Object) -> Object:
    described = w.deref(given, Instance)
    if described is None or described.type != Dotted(FIELD):
        return given
    if "default" in described.attributes:
        return described.attributes["default"]
    factory = described.attributes.get("default_factory")
    return w.call(w, node, factory, Arguments()) if factory is not None else UNKNOWN


def construct(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object | None:
    """`field(...)`, `namedtuple(...)`, `SimpleNamespace(...)`; None for other names."""
    if name == FIELD or name in NAMESPACES:
        return w.allocate(Instance(Dotted(name), dict(arguments.keywords), complete=not arguments.unpacked))
    if name not in ("collections.namedtuple", "typing.NamedTuple"):
        return None
    title, listed = arguments.get(0, "typename"), arguments.get(1, "field_names") or UNKNOWN
    if isinstance(listed, Const):
        names = [Const(part) for part in str(listed.value).replace(",", " ").split()]
        exact = True
    else:
        items, exact = containers.iterate(w, listed, node)
        names = [item if isinstance(item, Const) else Const(None) for item in _first_of_pairs(items)]
    if not exact or not all(isinstance(item.value, str) for item in names) or not isinstance(title, Const):
        return UNKNOWN
    defaults, known = containers.iterate(w, arguments.keywords.get("defaults") or Tuple(()), node)
    return TupleType(str(title.value), tuple(str(item.value) for item in names), tuple(defaults) if known else ())


def _first_of_pairs(items: list[Object]) -> list[Object]:
    return [item.items[0] if isinstance(item, Tuple) and item.items else item for item in items]


def named_tuple(of: TupleType, arguments: Arguments, owner: Class | None = None) -> Object:
    """A call of a class of named tuples."""
    items: list[Object] = []
    for index, name in enumerate(of.fields):
        default = index - (len(of.fields) - len(of.defaults))
        given = arguments.get(index, name)
        items.append(given if given is not None else of.defaults[default] if default >= 0 else UNKNOWN)
    return UNKNOWN if arguments.unpacked else Tuple(tuple(items), of.fields, owner)


def tuple_type(of: Class) -> TupleType | None:
    """What `class Name(NamedTuple)` defines; None for other classes."""
    if _NAMED_TUPLE not in functions.outside_bases(of):
        return None
    names = fields_of(of)
    defaults = [of.namespace[name] for name in names if name in of.namespace]
    return TupleType(of.name, tuple(names), tuple(defaults))


def call_tuple_method(w: Walker, item: Tuple, name: str, arguments: Arguments) -> Object | None:
    """`_replace`, `_asdict`; None for other methods."""
    if name == "_replace":
        items = [arguments.keywords.get(field, old) for field, old in zip(item.fields, item.items, strict=False)]
        return replace(item, items=tuple(items)) if not arguments.unpacked else UNKNOWN
    if name == "_asdict":
        return w.allocate(Dict(dict(zip(item.fields, item.items, strict=False))))
    return None


def enumerated(of: Class) -> Class:
    """A class; where it is an enumeration, with members in place of their values."""
    if not any(base in _ENUMS for base in functions.outside_bases(of)):
        return of
    namespace = {
        name: EnumMember(of.name, name, item)
        if not name.startswith("_") and not isinstance(item, Function | EnumMember)
        else item
        for name, item in of.namespace.items()
    }
    return replace(of, namespace=namespace)


def members(of: Class) -> list[EnumMember]:
    """The members of an enumeration, in order."""
    return [item for item in of.namespace.values() if isinstance(item, EnumMember)]


def member_for(of: Class, value: Object | None) -> Object | None:
    """`Mode("train")`: the member with that value; None where `of` is no enumeration."""
    found = members(of)
    if not found:
        return None
    return next((member for member in found if member.value == value), value if value in found else UNKNOWN)
