"""Which known name an unknown one comes near to; two readers say it, each in its own words."""

from __future__ import annotations

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that a name comes near to, whatever its capitals and hyphens, or ""."""
    # Imported here: only a wrong file or a wrong request needs it.
    from difflib import get_close_matches

    folded = {member.lower(): member for member in known}
    near = get_close_matches(name[:64].lower().replace("_", "").replace("-", ""), folded, n=1)
    return folded[near[0]] if near else ""
