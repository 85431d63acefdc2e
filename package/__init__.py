"""Makes what SCF runs: `python -m package`."""

from __future__ import annotations

from pathlib import Path

#: The project's own tree.
ROOT = Path(__file__).resolve().parent.parent
