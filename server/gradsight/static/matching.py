"""`match`: which case is taken, as far as the subject is known, and what its pattern binds."""

from __future__ import annotations

import ast

from gradsight.static.objects import (
    UNKNOWN,
    Class,
    Const,
    Dict,
    Dotted,
    EnumMember,
    Instance,
    List,
    Object,
    Tensor,
    Tuple,
)
from gradsight.static.operators import compared, is_same
from gradsight.static.walker import Walker


def fits(w: Walker, pattern: ast.pattern, item: Object, names: dict[str, Object]) -> bool | None:
    """Whether `item` fits the pattern; None where that is not known. Adds to `names` what the pattern binds."""
    match pattern:
        case ast.MatchValue(value):
            wanted = w.evaluate(w, value)
            if isinstance(item, Const | EnumMember) and isinstance(wanted, Const | EnumMember):
                same = compared(w, value, ast.Eq(), item, wanted)
                return bool(same.value) if isinstance(same, Const) else None
            return None
        case ast.MatchSingleton(constant):
            return is_same(item, Const(constant))
        case ast.MatchAs(inner, name):
            verdict = True if inner is None else fits(w, inner, item, names)
            if name is not None:
                names[name] = item
            return verdict
        case ast.MatchOr(patterns):
            verdicts = [fits(w, part, item, names) for part in patterns]
            return True if True in verdicts else None if None in verdicts else False
        case ast.MatchSequence(patterns):
            return _sequence(w, patterns, item, names)
    for node in ast.walk(pattern):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if isinstance(name, str):
            names[name] = UNKNOWN
    return _of_type(w, pattern, item, names) if isinstance(pattern, ast.MatchClass) else None


def _sequence(w: Walker, patterns: list[ast.pattern], item: Object, names: dict[str, Object]) -> bool | None:
    found = w.deref(item, List)
    parts = item.items if isinstance(item, Tuple) else found.items if found and found.rest is None else None
    star = next((index for index, part in enumerate(patterns) if isinstance(part, ast.MatchStar)), None)
    if parts is None or star is not None:
        for node in patterns:
            fits(w, node, UNKNOWN, names)
        if star is not None and isinstance(patterns[star], ast.MatchStar) and (name := patterns[star].name):  # type: ignore[attr-defined]
            names[name] = UNKNOWN
        return False if isinstance(item, Const | Tensor) else None
    if len(parts) != len(patterns):
        return False
    verdicts = [fits(w, part, inner, names) for part, inner in zip(patterns, parts, strict=True)]
    return False if False in verdicts else None if None in verdicts else True


def _of_type(w: Walker, pattern: ast.MatchClass, item: Object, names: dict[str, Object]) -> bool | None:
    of = w.evaluate(w, pattern.cls)
    found = w.deref(item, Instance)
    if found is not None and isinstance(of, Class) and found.type == of:
        for attribute, inner in zip(pattern.kwd_attrs, pattern.kwd_patterns, strict=True):
            fits(w, inner, found.attributes.get(attribute, UNKNOWN), names)
        return None if pattern.kwd_patterns or pattern.patterns else True
    plain = not pattern.patterns and not pattern.kwd_patterns
    if isinstance(item, Tensor) and of == Dotted("torch.Tensor") and plain:
        return True
    if isinstance(item, Tuple | Const) or w.deref(item, Dict) is not None:
        return None
    return None
