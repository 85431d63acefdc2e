"""Writes the contract, or says whether the one that is there is out of date."""

from __future__ import annotations

import argparse
import sys

from local.columns import Help
from local.in_process import ROOT
from local.openapi import text

TARGET = ROOT / "schemas" / "openapi.json"


def main(arguments: list[str]) -> int:
    """Do what the arguments say, and return the exit code."""
    parser = argparse.ArgumentParser(
        "python -m local.openapi", description="Writes schemas/openapi.json.", formatter_class=Help
    )
    parser.add_argument("--check", action="store_true", help="only say whether it is up to date")
    chosen = parser.parse_args(arguments)
    new = text()
    if chosen.check:
        if TARGET.read_text(encoding="ascii") == new:
            return 0
        print("schemas/openapi.json is out of date; run `python -m local.openapi`.", file=sys.stderr)
        return 1
    TARGET.write_text(new, encoding="ascii")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
