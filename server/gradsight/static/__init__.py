"""The static producer: an abstract interpreter that walks the source and runs nothing of it."""

from gradsight.static.interpret import Walk, interpret

__all__ = ["Walk", "interpret"]
