"""The script that the launcher starts: `python start.py ADDRESS [--standby]`, with a token on standard input."""

from __future__ import annotations

import importlib.util
import os
import sys

_NAME = "_gradsight_worker"


def main() -> None:
    """Loads the package under a name of its own, so that no module of the program can be in its way."""
    folder = os.path.dirname(os.path.abspath(__file__))
    if sys.path and os.path.abspath(sys.path[0]) == folder:
        del sys.path[0]
    path = os.path.join(folder, "__init__.py")
    spec = importlib.util.spec_from_file_location(_NAME, path, submodule_search_locations=[folder])
    if spec is None or spec.loader is None:
        raise ImportError(path)
    package = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = package
    spec.loader.exec_module(package)
    importlib.import_module(f"{_NAME}.job").main(sys.argv[1:])


if __name__ == "__main__":
    main()
