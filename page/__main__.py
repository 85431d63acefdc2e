"""`python -m page`: makes the page of the function, or a copy of it for another host."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from local.columns import Help
from page.build import build

#: What the function serves; committed, so that a clone runs without a build.
DIST = Path(__file__).with_name("dist")

_DESCRIPTION = """\
Makes page/dist/hand-in.html and the Content-Security-Policy that it is served with.

With --api, makes a copy for another host instead, for instance a company's intranet:
  python -m page --api https://keys.example.com/key-pairs --output hand-in.html
PAGE_ORIGINS of the function must then name that host's origin.
"""


def main(arguments: Sequence[str]) -> int:
    """Make the page and say where it is; return the exit code."""
    parser = argparse.ArgumentParser(
        "python -m page",
        description=_DESCRIPTION,
        formatter_class=Help,
        allow_abbrev=False,
    )
    parser.add_argument("--api", default="", metavar="URL", help="the fixed address that keys are sent to")
    parser.add_argument("--output", type=Path, metavar="FILE", help="where to put the copy for another host")
    chosen = parser.parse_args(arguments)
    if bool(chosen.api) != bool(chosen.output):
        parser.error("--api and --output belong together")
    try:
        page = build(chosen.api)
    except ValueError as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    if chosen.output:
        chosen.output.write_bytes(page.html)
    else:
        DIST.mkdir(exist_ok=True)
        (DIST / "hand-in.html").write_bytes(page.html)
        (DIST / "hand-in.csp").write_text(page.policy + "\n", encoding="ascii")
    print(f"{chosen.output or DIST / 'hand-in.html'}: {len(page.html)} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
