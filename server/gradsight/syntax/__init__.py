"""Reading Python that may be half typed: lines, chunks, cells, statements, and where their nodes stand."""
