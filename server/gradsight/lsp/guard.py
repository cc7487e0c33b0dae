"""The last line of defence: whatever a user typed, a handler answers."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

logger = logging.getLogger(__name__)
Handler = TypeVar("Handler", bound=Callable[..., Any])


def guarded(handler: Handler) -> Handler:
    """The handler, with an answer of None and a line in the log where it would have raised."""
    if asyncio.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def answer_later(ls: Any, params: Any) -> Any:
            try:
                return await cast("Callable[..., Awaitable[Any]]", handler)(ls, params)
            except Exception:
                logger.exception("%s failed", handler.__name__)
                return None

        return cast("Handler", answer_later)

    @functools.wraps(handler)
    def answer(ls: Any, params: Any) -> Any:
        try:
            return handler(ls, params)
        except Exception:
            logger.exception("%s failed", handler.__name__)
            return None

    return cast("Handler", answer)
