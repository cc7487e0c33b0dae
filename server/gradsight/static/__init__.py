"""The static producer: an abstract interpreter that walks the source and runs nothing of it."""

from gradsight.static.interpret import Walk, interpret
from gradsight.static.parts import Part
from gradsight.static.project import Project

__all__ = ["Part", "Project", "Walk", "interpret"]
