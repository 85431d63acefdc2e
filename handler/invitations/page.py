"""The page where an invited person hands in a key: one file, the same bytes for everybody."""

from __future__ import annotations

import os

_DIST = os.path.join(os.path.dirname(__file__), *("..", ".."), "page", "dist")

HTML = "text/html; charset=utf-8"


def html() -> str:
    """Return the page, which `python -m page` makes."""
    with open(os.path.join(_DIST, "hand-in.html"), encoding="utf-8") as file:
        return file.read()


def headers() -> dict[str, str]:
    """Return what the page is served with; names have underscores for hyphens."""
    with open(os.path.join(_DIST, "hand-in.csp"), encoding="ascii") as file:
        policy = file.read().strip()
    return {
        "Content_Security_Policy": policy,
        "Referrer_Policy": "no-referrer",
        "X_Content_Type_Options": "nosniff",
        "X_Robots_Tag": "noindex",
    }
