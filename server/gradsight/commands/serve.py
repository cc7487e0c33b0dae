"""`gradsight serve`: the language server."""

from __future__ import annotations

import argparse


def run(options: argparse.Namespace) -> int:
    """Serves one editor until it says goodbye or goes away."""
    from gradsight.lsp.app import serve

    return serve()
