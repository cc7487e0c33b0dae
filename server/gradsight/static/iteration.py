"""`itertools` and `functools` as far as tensors and modules go through them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import combinations, islice, pairwise, permutations, product

from gradsight.static import builtins, containers
from gradsight.static.objects import NONE, UNKNOWN, Arguments, Const, Iterator, Object, Tuple
from gradsight.static.walker import Walker

_MOST = 8
_Handler = Callable[[Walker, ast.AST, Arguments], Object]


def call(w: Walker, node: ast.AST, name: str, arguments: Arguments) -> Object | None:
    """`itertools.name(...)`, `functools.reduce(...)`; None where nothing is known of the function."""
    handler = _HANDLERS.get(name)
    return handler(w, node, arguments) if handler is not None else None


def _chain(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items: list[Object] = []
    exact = not arguments.unpacked
    for argument in arguments.positional:
        more, all_of_it = containers.iterate(w, argument, node)
        items += more
        exact = exact and all_of_it
    return Iterator(tuple(items), None if exact or not items else items[-1], exact)


def _chain_from(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    sources, exact = containers.iterate(w, arguments.get(0, "iterable") or UNKNOWN, node)
    return _chain(w, node, Arguments(tuple(sources), unpacked=not exact))


def _reduce(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    function = arguments.get(0, "function") or UNKNOWN
    items, exact = containers.iterate(w, arguments.get(1, "iterable") or UNKNOWN, node)
    start = arguments.get(2, "initial")
    if start is not None:
        items = [start, *items]
    if not items or not exact or len(items) > _MOST:
        return UNKNOWN
    result, *others = items
    for item in others:
        if w.live is not None:
            result = w.call(w, node, function, Arguments((result, item)))
    return result


def _combined(combine: Callable[..., object]) -> _Handler:
    def combined(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
        sources = [item for item in arguments.positional if not isinstance(item, Const)]
        size = next((item.value for item in arguments.positional if isinstance(item, Const)), None)
        columns = [containers.iterate(w, source, node) for source in sources]
        exact = all(all_of_it for _, all_of_it in columns) and not arguments.keywords and not arguments.unpacked
        if not exact or any(len(items) > 4 for items, _ in columns):
            first = tuple(items[0] if items else UNKNOWN for items, _ in columns)
            return Iterator((), Tuple(first) if combine is product else UNKNOWN, exact=False)
        lists = [items for items, _ in columns]
        rows: list[tuple[Object, ...]] = list(combine(*lists, size) if size is not None else combine(*lists))  # type: ignore[call-overload]
        return Iterator(tuple(Tuple(row) for row in rows))

    return combined


def _repeat(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    times = arguments.get(1, "times")
    item = arguments.get(0, "object") or UNKNOWN
    if isinstance(times, Const) and isinstance(times.value, int) and times.value <= _MOST:
        return Iterator((item,) * times.value)
    return Iterator((item, item), item, exact=False)


def _cycle(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items, _ = containers.iterate(w, arguments.get(0, "iterable") or UNKNOWN, node)
    further = containers.further(w, arguments.get(0, "iterable") or UNKNOWN)
    return Iterator(tuple(items), items[0] if items else further, exact=False)


def _islice(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    source = arguments.get(0, "iterable") or UNKNOWN
    items, exact = containers.iterate(w, source, node)
    bounds = [bound for item in arguments.positional[1:] if (bound := containers.bound(item)) is not ...]
    if exact and bounds and len(bounds) == len(arguments.positional) - 1:
        return Iterator(tuple(islice(items, *bounds)))
    return Iterator(tuple(items), containers.further(w, source), exact=False)


def _pairwise(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    items, exact = containers.iterate(w, arguments.get(0, "iterable") or UNKNOWN, node)
    pairs = tuple(Tuple(pair) for pair in pairwise(items))
    return Iterator(pairs, None if exact or not pairs else pairs[-1], exact)


def _zip_longest(w: Walker, node: ast.AST, arguments: Arguments) -> Object:
    rows = builtins.zipped(w, node, Arguments(arguments.positional))
    further = Tuple(tuple(NONE for _ in arguments.positional))
    return Iterator(rows.items, further, exact=False) if isinstance(rows, Iterator) else UNKNOWN


_HANDLERS: dict[str, _Handler] = {
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from,
    "itertools.product": _combined(product),
    "itertools.combinations": _combined(combinations),
    "itertools.permutations": _combined(permutations),
    "itertools.repeat": _repeat,
    "itertools.cycle": _cycle,
    "itertools.islice": _islice,
    "itertools.pairwise": _pairwise,
    "itertools.zip_longest": _zip_longest,
    "functools.reduce": _reduce,
}
