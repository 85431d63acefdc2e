"""Writes one HTTP/1.1 request and reads one reply (RFC 9112).

`http.client` does the same and costs 49 million instructions of a cold start, most of them for the parser of
e-mail headers that it loads. This reader accepts less: where RFC 9112 allows a recipient to accept a
malformed reply, it is refused. tests/fuzz holds the two to each other.
"""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream.failures import BadReply, NoReply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: The bytes that a head, or one line of a chunked body, may have.
_LONGEST_HEAD = 64 * 1024

#: The characters of a header's name (RFC 9110 5.6.2), and of a chunk's size.
_TOKEN = b"!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_HEX = b"0123456789ABCDEFabcdef"

#: Statuses whose reply never has a body (RFC 9112 6.3).
_BODILESS = (204, 304)


class Request(NamedTuple):
    """One request.

    Attributes:
        method: such as `GET`.
        target: path and query, percent-encoded: `/keys/alice.pub?versionId=1`.
        headers: sent as they are. `Host`, `User-Agent`, `Accept-Encoding: identity` and
            `Content-Length` are added where they are missing.
        body: the bytes to send.
    """

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes = b""


class Reply(NamedTuple):
    """One whole reply, of whatever status.

    Attributes:
        status: 200 to 999.
        headers: by lower-case name; values of a repeated header are joined by `, `.
        body: the content without transfer coding; no content coding is undone.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def encode(request: Request, host: str) -> bytes:
    """Return the bytes of a request to the host.

    Raises:
        ValueError: method, target or a header holds what would end it early or is not ASCII.
    """
    names = {name.lower() for name in request.headers}
    defaults = {"Host": host, "User-Agent": "import-key-pair", "Accept-Encoding": "identity"}
    if request.body or request.method in {"POST", "PUT"}:
        defaults["Content-Length"] = str(len(request.body))
    headers = {name: value for name, value in defaults.items() if name.lower() not in names}
    headers.update(request.headers)
    parts = [request.method, request.target, *headers, *headers.values()]
    if not all(part.isascii() and part.isprintable() for part in parts) or " " in "".join(parts[:2]):
        raise ValueError("a part of the request would end it early")
    lines = [f"{request.method} {request.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + request.body


def read_reply(method: str, receive: Callable[[], bytes]) -> tuple[Reply, bool]:
    """Return the reply to a request of that method, and whether its connection can serve again.

    Args:
        method: the method of the request: a reply to `HEAD` has no body.
        receive: returns the bytes that come next, and `b""` at the end of the connection.

    Raises:
        NoReply: the connection ended before the reply did.
        BadReply: the reply is not HTTP/1.1.
    """
    incoming = _Incoming(receive)
    version, status, headers = _head(incoming)
    while status < 200:
        # An interim reply (RFC 9110 15.2) comes before the real one. Nobody asked for another protocol.
        if status == 101:
            raise BadReply("another protocol")
        version, status, headers = _head(incoming)
    coding, length = headers.get("transfer-encoding"), headers.get("content-length")
    ends = True
    if method == "HEAD" or status in _BODILESS:
        body = b""
    elif coding is not None:
        # With a length and chunks, two readers could see two different replies (RFC 9112 6.3).
        if coding.lower() != "chunked" or length is not None:
            raise BadReply("a transfer coding that is not known")
        body = _chunks(incoming)
    elif length is not None:
        if not (length.isascii() and length.isdigit() and len(length) < 20):
            raise BadReply("a length that is no number")
        body = incoming.exactly(int(length))
    else:
        body, ends = incoming.rest(), False
    options = [option.strip() for option in headers.get("connection", "").lower().split(",")]
    reusable = ends and version != b"HTTP/1.0" and "close" not in options and incoming.is_empty()
    return Reply(status, headers, body), reusable


def _head(incoming: _Incoming) -> tuple[bytes, int, dict[str, str]]:
    """Return version, status and headers."""
    first, *lines = incoming.until(b"\r\n\r\n", b"HTTP/1.").split(b"\r\n")
    version, code, end = first[:8], first[9:12], first[12:13]
    if not (version[7:].isdigit() and first[8:9] == b" " and code.isdigit() and end in {b"", b" "}):
        raise BadReply("a status line that is none")
    if len(code) != 3 or code < b"100":
        raise BadReply("a status line that is none")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        # Strip takes single characters off both ends: what is left holds another one.
        if not (colon and name) or name.strip(_TOKEN) or any(mark in value for mark in b"\r\n\0"):
            raise BadReply("a header that is none")
        key, text = name.decode("ascii").lower(), value.strip(b" \t").decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return version, int(code), headers


def _chunks(incoming: _Incoming) -> bytes:
    """Return a chunked body (RFC 9112 7.1); extensions and trailers are read and left out."""
    body = bytearray()
    while True:
        size = incoming.until(b"\r\n").partition(b";")[0].rstrip(b" \t")
        if not size or len(size) > 16 or size.strip(_HEX):
            raise BadReply("a chunk without a size")
        if not int(size, 16):
            break
        body += incoming.exactly(int(size, 16))
        if incoming.exactly(2) != b"\r\n":
            raise BadReply("a chunk of another size")
    while incoming.until(b"\r\n"):
        pass
    return bytes(body)


class _Incoming:
    """The bytes of one connection, taken as they are needed."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._held = bytearray()

    def until(self, mark: bytes, start: bytes = b"") -> bytes:
        """Take what comes before the mark, and the mark; it must begin with `start`."""
        searched = 0
        while True:
            if not self._held.startswith(start[: len(self._held)]):
                raise BadReply("no reply in HTTP/1.1")
            # Only what is new: a peer that sends byte by byte must not cost the square of what it sends.
            place = self._held.find(mark, max(0, searched - len(mark)))
            if place >= 0:
                taken = self.exactly(place + len(mark))
                return taken[:place]
            if len(self._held) > _LONGEST_HEAD:
                raise BadReply("a head that is too long")
            searched = len(self._held)
            self._more()

    def exactly(self, count: int) -> bytes:
        """Take this number of bytes."""
        while len(self._held) < count:
            self._more()
        taken = bytes(self._held[:count])
        del self._held[:count]
        return taken

    def rest(self) -> bytes:
        """Take everything up to the end of the connection."""
        while piece := self._receive():
            self._held += piece
        return bytes(self._held)

    def is_empty(self) -> bool:
        """Say whether nothing came behind what was taken."""
        return not self._held

    def _more(self) -> None:
        piece = self._receive()
        if not piece:
            raise NoReply("the connection was closed")
        self._held += piece
