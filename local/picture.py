"""Makes the picture of `make run` in README: runs it, and draws what it printed.

    python -m local.picture

Ports, ids and times differ from run to run; the other words of the picture do not.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from local.columns import WIDTH, Help
from local.in_process import ROOT
from local.terminal import THEME, highlighter

TARGET = ROOT / "docs" / "pictures" / "make-run.svg"


def printed() -> str:
    """Return what `make run` prints, with the command above it."""
    environ = {name: value for name, value in os.environ.items() if name not in {"EVENT", "PUBLIC_KEY"}}
    done = subprocess.run(
        [sys.executable, "-m", "local.run"], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    return f"$ make run\n{done.stdout.rstrip()}"


def drawn(text: str) -> str:
    """Return a text as a terminal shows it, as SVG that needs no font from elsewhere."""
    console = Console(
        record=True,
        width=WIDTH,
        file=io.StringIO(),
        theme=THEME,
        highlighter=highlighter(),
        force_terminal=True,
    )
    console.print(text, soft_wrap=True)
    svg = console.export_svg(title="make run", theme=MONOKAI, unique_id="make-run")
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    return "".join(f"{line.rstrip()}\n" for line in svg.splitlines() if line.strip())


def main(target: Path = TARGET) -> int:
    """Write the picture; return the exit code."""
    target.write_text(drawn(printed()), encoding="utf-8")
    return 0


if __name__ == "__main__":
    argparse.ArgumentParser(
        "python -m local.picture",
        description="Runs `make run` and writes docs/pictures/make-run.svg.",
        formatter_class=Help,
    ).parse_args()
    sys.exit(main())
