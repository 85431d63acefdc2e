"""How many files this process may have open: a thousand connections need a thousand of them."""

from __future__ import annotations

import resource

_MANY = 1 << 16


def open_files() -> int:
    """Raise the customary soft limit of 1,024 as far as the system lets it, and return the limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MANY
    wanted = _MANY if hard == resource.RLIM_INFINITY else min(hard, _MANY)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)
