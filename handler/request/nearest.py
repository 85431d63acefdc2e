"""The known name that is nearest to an unknown one, for sentences about requests and callers files."""

from __future__ import annotations

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name nearest to a name, or ""; capitals, hyphens and underscores do not count."""
    # Imported here: only a wrong file or a wrong request needs it.
    from difflib import get_close_matches

    folded = {member.lower(): member for member in known}
    near = get_close_matches(name[:64].lower().replace("_", "").replace("-", ""), folded, n=1)
    return folded[near[0]] if near else ""
