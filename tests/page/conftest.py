"""The browser's tests belong to `make page-test`, whose environment has a driver for one."""

from __future__ import annotations

import importlib.util

collect_ignore = [] if importlib.util.find_spec("playwright") else ["browser"]
