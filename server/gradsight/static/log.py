"""What a piece of a walk did that no state tells."""

from __future__ import annotations

from gradsight.static.objects import Code


class Log:
    """What a piece of the walk did that no state tells."""

    def __init__(self) -> None:
        self.entered: list[Code] = []
        """Each function whose body was walked, as often as it was."""
        self.refused: set[Code] = set()
        """Functions that had been walked too often."""
        self.spent = False
        """Whether the budget was spent."""
        self.complete = True
        """False where something was left out."""
