"""How the command line shows what was found: for people with code frames, one per line, or as JSON."""
