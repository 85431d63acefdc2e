"""Which other hosts' pages may send keys from a browser (Fetch Standard, CORS protocol).

Origins are listed in PAGE_ORIGINS, and compared whole. The browser's credentials are never accepted, and no
other route is opened.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from handler.http import HttpRequest

#: The one path that the page talks to, below the base path.
PATH = "/key-pairs"

METHODS = ("OPTIONS", "POST")

_ALLOWED = {
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language",
    "Access-Control-Max-Age": "600",
}


def headers(request: HttpRequest, origins: Iterable[str]) -> dict[str, str]:
    """Return the headers for the reply to a request at the path, refusals included.

    Args:
        request: the request, with one of the methods.
        origins: those that are listed.
    """
    sent = request.headers.get("origin", ())
    if len(sent) != 1 or sent[0] not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": sent[0],
        "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
        **(_ALLOWED if request.method == "OPTIONS" else {}),
    }
