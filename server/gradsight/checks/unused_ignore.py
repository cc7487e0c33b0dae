"""A comment asks to leave out a finding that is not there.

## What happens
`# gradsight: ignore[GS302]` is for a finding that is meant. When the code changes and the finding is gone, the comment
stays, and would silence the next one of its kind on that line. The same goes for a code that no check has.

## Example
```python
x = torch.ones(3, requires_grad=True)
y = (x * 2).detach_()  # gradsight: ignore[GS302]
```

## Instead
```python
x = torch.ones(3, requires_grad=True)
y = (x * 2).detach_()
```

## When it is fine
Nothing is said where it is not certain that the comment does nothing: if a check that it names is switched off, in
functions that the file does not call (another file may), or where a part of the file could not be read.
"""

from __future__ import annotations

from gradsight.checks.define import Check
from gradsight.finding import Severity

CHECK = Check(
    code="GS001",
    name="unused-ignore",
    severity=Severity.HINT,
    message="Nothing is found here that `{comment}` would leave out.",
    variants={"unknown": "`{selector}` is neither a code nor a name of a check."},
    page=__doc__,
    probe=False,
    pointless=True,
)
"""Found behind the others: what it reads is not the trace but what they found, and which comments that concerns."""
