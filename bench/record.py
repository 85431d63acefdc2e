"""bench/recorded.json: the instruction counts that later ones are held to.

Counts are exact on one build of CPython and differ between builds, so they are kept as multiples of what
the standard-library floor needs on the same one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bench.subjects import BENCH

FILE = BENCH / "recorded.json"


def write(millions: Mapping[str, float], floor: float) -> None:
    """Record these counts, of which `floor` is the floor's."""
    recorded = {name: round(count / floor, 3) for name, count in millions.items()}
    text = json.dumps({"floorMillions": round(floor, 1), "multiples": recorded}, indent=2)
    FILE.write_text(text + "\n", encoding="utf-8")


def multiples() -> dict[str, float]:
    """Return the recorded multiples of the floor, by name."""
    recorded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    found: dict[str, float] = recorded["multiples"]
    return found
