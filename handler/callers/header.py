"""One value of a request header, as bytes, or what is wrong with it."""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    #: By lower-case name all values as sent; none at all where what was sent is not text.
    Headers = Mapping[str, tuple[str, ...]]

#: A longer header is no credential, in bytes.
LONGEST = 4096


class Value(NamedTuple):
    """The value of a header: its bytes, or `b""` and the cause why it cannot be used."""

    octets: bytes
    fault: str = ""


def single(headers: Headers, name: str) -> Value:
    """Return the value of a header that must be there once, as text of at most 4 KiB.

    Lone surrogates, which JSON can smuggle into an event, become bytes that match nothing.
    """
    values = headers.get(name)
    if values is None:
        return Value(b"", "missing-header")
    if not values:
        return Value(b"", "header-not-text")
    if len(values) > 1:
        return Value(b"", "repeated-header")
    octets = values[0].encode("utf-8", "surrogatepass")
    return Value(octets) if len(octets) <= LONGEST else Value(b"", "header-too-long")


def offers(headers: Headers, scheme: str) -> bool:
    """Say whether a value of `Authorization` begins with a scheme, in any case (RFC 9110 section 11.1)."""
    return any(value.partition(" ")[0].lower() == scheme for value in headers.get("authorization", ()))
