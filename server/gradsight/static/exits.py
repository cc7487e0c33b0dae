"""What runs on every way out of a block: `finally`, and the end of a `with`."""

from __future__ import annotations

import ast
from collections.abc import Callable

from gradsight.static.state import State
from gradsight.static.walker import Walker


def protected(w: Walker, node: ast.AST, body: Callable[[], None], leave: Callable[[], None]) -> bool:
    """Runs `body`, then `leave` on the path that reaches its end and on those that return, break or continue.

    False where no path came out, so that `leave` did not run.
    """
    frame = w.frame
    outer = frame.returned, frame.breaks, frame.continues
    frame.returned, frame.breaks, frame.continues = None, [], []
    try:
        body()
    finally:
        returned, breaks, continues = frame.returned, frame.breaks, frame.continues
        frame.returned, frame.breaks, frame.continues = outer
    ended = w.live
    came_out = any(state is not None for state in (ended, returned, *breaks, *continues))

    def left(state: State | None) -> State | None:
        if state is None:
            return None
        w.live = state
        leave()
        return w.live

    normal = left(ended)
    for state in breaks:
        if (after := left(state)) is not None:
            frame.breaks.append(after)
    for state in continues:
        if (after := left(state)) is not None:
            frame.continues.append(after)
    result = left(returned)
    if result is not None:
        if frame.returned is None:
            frame.returned = result
        else:
            frame.returned.join(result, w.merge(node))
    w.live = normal
    return came_out
