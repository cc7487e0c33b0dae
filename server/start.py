"""Starts the language server from where the editor's extension was installed.

Run by any Python from 3.10 on, with `-I`: nothing of the interpreter's environment comes before what lies here.
`bundled` beside this file holds the libraries that the extension ships; in a checkout there is none, and the
interpreter's own are used.
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent

if sys.version_info < (3, 10):  # noqa: UP036 - whoever starts this by hand may have an older one
    sys.exit(f"Gradsight needs Python 3.10 or newer; {sys.executable} is {sys.version.split()[0]}")
sys.path[:0] = [str(HERE), str(HERE / "bundled")]

from gradsight.cli import main  # noqa: E402 - only findable now

if __name__ == "__main__":
    sys.exit(main(["serve", *sys.argv[1:]]))
