"""One package, built once, for all tests of what is in it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from package.__main__ import ROOT, make

RUNTIME = sys.version_info[:2] == (3, 10)
DOWNLOADS = ROOT / "dist"


@pytest.fixture(scope="session")
def _dist(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    if not RUNTIME:
        return None
    dist = tmp_path_factory.mktemp("dist")
    make(ROOT, dist, DOWNLOADS)
    return dist


@pytest.fixture
def dist(_dist: Path | None, missing: Callable[[str, str], None]) -> Path | None:
    """A folder with `function/` and `function.zip`, or None where no 3.10 can make byte code."""
    if _dist is None:
        missing("CPython 3.10", "the deployable package")
    return _dist
