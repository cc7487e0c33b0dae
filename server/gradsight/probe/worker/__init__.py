"""The half of the probe that runs in the user's own Python: stdlib and torch only, nothing of the rest of Gradsight.

It is started by path (`start.py`), runs the given text as `python file.py` would, watches PyTorch while it
runs, and reports over a private channel, one JSON object per line (`protocol.py`).
"""
