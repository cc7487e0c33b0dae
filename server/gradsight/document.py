"""One source text as the analysis sees it (being written)."""
