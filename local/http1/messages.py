"""What goes in and out: requests, replies, and the requests that no handler gets to see."""

from __future__ import annotations

from typing import NamedTuple

#: Names and values in the order in which they came or are to be sent.
Headers = tuple[tuple[str, str], ...]

JSON: Headers = (("Content-Type", "application/json"),)
TEXT: Headers = (("Content-Type", "text/plain; charset=utf-8"),)


class Request(NamedTuple):
    """One complete request, transfer codings undone.

    Attributes:
        method: as it was sent.
        path: from the first `/` on, still percent-encoded.
        query: what stands behind the first `?`, still percent-encoded.
        headers: names in lower case, values as Latin-1 text, so that their bytes can be had back.
        body: the bytes of the body, empty where there is none.
        keep_alive: whether the client can take another reply on this connection.
        connection: the number of the connection, counted from 1.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: bytes
    keep_alive: bool = True
    connection: int = 0

    def by_name(self) -> dict[str, str]:
        """Return one value per header name, repeated ones joined with a comma (RFC 9110, 5.3)."""
        joined: dict[str, str] = {}
        for name, value in self.headers:
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
        return joined


class Reply(NamedTuple):
    """What to send, and how the sending ends.

    Attributes:
        status: three digits.
        headers: all but `Date`, `Content-Length` and `Connection`, which the server adds.
        body: empty in a reply to HEAD whose length is not known.
        end: empty for a normal reply, else `drop` (close, nothing sent), `reset` (RST, nothing sent),
            `truncate` (half of the body, then close) or `dribble` (the body in pieces over `seconds`).
        seconds: how long a dribbled body takes.
    """

    status: int = 200
    headers: Headers = JSON
    body: bytes = b""
    end: str = ""
    seconds: float = 0.0


class RefusedRequest(Exception):
    """A request that no handler gets to see; the connection ends with the reply to it."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason

    def reply(self) -> Reply:
        """Return the status with the reason as text."""
        return Reply(self.status, TEXT, f"{self.reason}\n".encode())
