"""The page of each check is true: its example is reported by that check, and what it says to write instead is not."""

from __future__ import annotations

import re

import pytest

from gradsight.checks import all_checks
from gradsight.checks.define import Check
from support.engine import described, static_findings

CHECKS = all_checks()
PRELUDE = """\
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.autograd import Variable

torch.manual_seed(0)
"""


def programs(check: Check, heading: str) -> list[str]:
    """The Python blocks of a section, each as a program of its own."""
    sections = re.split(r"^## ", check.page or "", flags=re.MULTILINE)
    section = next(part for part in sections if part.startswith(heading))
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_example_is_reported(check: Check) -> None:
    blocks = programs(check, "Example")
    assert blocks
    for block in blocks:
        codes = {finding.code for finding in static_findings(PRELUDE + block)}
        assert check.code in codes, f"{check.code} is not among {sorted(codes)} in\n{block}"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_instead_is_silent(check: Check) -> None:
    blocks = programs(check, "Instead")
    assert blocks
    for block in blocks:
        text = PRELUDE + block
        report = "\n".join(described(text, finding) for finding in static_findings(text))
        assert not report, f"{check.code}\n{report}\n{block}"
