"""Measures what each PyTorch op does to autograd: ``python tools/measure_op_facts [--check] [--only NAME...]``.

Without an option the data file is written anew, and how it differs from the old one is printed. ``--check`` measures
again, prints how the result differs from the file, and exits with 1 if it does. ``--only`` measures these names and
prints their rows.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent / "server")]


def main() -> int:
    from measure_op_facts import measure, pack

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="measure these names and print their rows")
    options = parser.parse_args()
    began = time.perf_counter()
    measured = measure.everything(options.only)
    if options.only:
        for name, entry in {**measured.ops, **measured.modules}.items():
            print(name, json.dumps(entry, indent=1))
        return 0
    text = pack.packed(measured)
    differences = pack.differences(text) if pack.DATA_FILE.exists() else []
    print("\n".join(differences) or "no difference")
    if options.check:
        return int(bool(differences))
    pack.DATA_FILE.write_text(text, encoding="utf-8")
    print(
        f"{len(measured.ops)} ops, {len(measured.modules)} modules, "
        f"{len(text)} bytes, {time.perf_counter() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
