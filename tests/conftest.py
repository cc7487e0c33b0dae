"""For all tests: a check that raises is a failure here, not a line in a log."""

import os

os.environ.setdefault("GRADSIGHT_STRICT", "1")
