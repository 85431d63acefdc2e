"""The Python that SCF runs the function on, which the package is made for.

`python-version` beside this file is the only place that names it; the variable PACKAGE_PYTHON goes before
it: `PACKAGE_PYTHON=3.12 make package`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def of_the_project() -> str:
    """Return the version that the project is deployed on, whatever PACKAGE_PYTHON says."""
    return Path(__file__).with_name("python-version").read_text(encoding="ascii").strip()


#: Such as `3.12`.
VERSION = os.environ.get("PACKAGE_PYTHON") or of_the_project()

#: Such as `(3, 12)`.
NUMBERS = tuple(int(number) for number in VERSION.split("."))

#: What a message calls it.
NAME = f"CPython {VERSION}"

#: What SCF calls it.
SCF_NAME = f"Python{VERSION}"

#: What the names of its byte code hold, such as `cpython-312`.
TAG = f"cpython-{VERSION.replace('.', '')}"


def runs_this() -> bool:
    """Return whether this process is on that Python, so that it can make its byte code."""
    return sys.version_info[:2] == NUMBERS
