"""What SCF loads first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from package import ROOT

# A runner that puts the function's folder behind those of its own packages.
RUNNER = """\
import sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
import index
print(sys.modules["handler.main"].__file__)
print(sys.path[0])
"""


def test_own_folder_comes_before_what_a_runner_brings(tmp_path: Path) -> None:
    """A runner's own, older packages are not what the function runs."""
    (tmp_path / "handler").mkdir()
    (tmp_path / "handler/__init__.py").write_text("")
    (tmp_path / "handler/main.py").write_text("def main_handler(event, context): return 'the runner'\n")

    command = [sys.executable, "-c", RUNNER, str(tmp_path), str(ROOT)]
    printed = subprocess.check_output(command, cwd=tmp_path, text=True).splitlines()

    assert printed == [str(ROOT / "handler/main.py"), str(ROOT)]
