"""Reads an HTTP event of SCF into one record: method, path, headers and the bytes of the body.

Function URL, API Gateway and CloudBase access send the same few fields; everything beyond
`httpMethod` and `headers` may be missing, header names come in any case, a value may be a list,
and `isBase64Encoded` may be a text
(https://cloud.tencent.com/document/product/583/96099, https://cloud.tencent.com/document/product/876/41776).
"""

from __future__ import annotations

import binascii
import re

from handler import strict_json
from handler.problems import MalformedRequest, PayloadTooLarge, UnsupportedMediaType
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

#: W3C Trace Context section 3.2: version ff and ids of nothing but zeros are invalid.
_TRACEPARENT = (
    "(?!ff)(?P<version>[0-9a-f]{2})-(?!0{32})(?P<trace>[0-9a-f]{32})"
    "-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?P<more>-.*)?"
)

#: RFC 6839 section 3.1 for the suffix.
_JSON_TYPE = r"[^/;,\s]+/[^/;,\s]+\+json"

#: RFC 9110 section 8.4.1; with x-gzip, deflate, br and zstd of IANA's registry.
_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress")

#: A header that is empty, or says that nothing was done.
_NOT_CODED = ("", "identity")

#: Every value of a header or query parameter that is a text, in the order sent.
Values = tuple[str, ...]


class HttpRequest(NamedTuple):
    """An HTTP request as it came, with nothing decoded yet.

    Attributes:
        method: in upper case.
        path: as sent, `/` where the event names none.
        headers: by lower-case name; a name whose values are not texts has no values.
        query: by name; a flag without a value has the value "".
        content: the event's `body`: a text, already parsed JSON, or None.
        encoded: whether `content` is base64.
    """

    method: str
    path: str
    headers: Mapping[str, Values]
    query: Mapping[str, Values]
    content: object
    encoded: bool


class Body(NamedTuple):
    """The body of a request.

    Attributes:
        raw: the bytes as sent, or None where the platform has parsed them: then nothing can be
            proved about them.
        text: the text to parse: the bytes, or the parsed JSON as text again.
    """

    raw: bytes | None
    text: bytes


def is_http(event: object) -> bool:
    """Say whether an event is an HTTP request; its other members do not matter."""
    return isinstance(event, dict) and "httpMethod" in event and "headers" in event


def from_event(event: Mapping[str, Any]) -> HttpRequest:
    """Return the request in an HTTP event; no event makes this fail."""
    method, path = event.get("httpMethod"), event.get("path")
    flag = event.get("isBase64Encoded")
    return HttpRequest(
        method=method.upper() if isinstance(method, str) else "",
        path=path if isinstance(path, str) and path else "/",
        headers=_values(event.get("headers"), lower=True),
        query=_values(event.get("queryString") or event.get("queryStringParameters"), lower=False),
        content=event.get("body"),
        # The text "false" is true in Python.
        encoded=flag is True or (isinstance(flag, str) and flag.lower() == "true"),
    )


def _values(headers: object, *, lower: bool) -> dict[str, Values]:
    collected: dict[str, Values] = {}
    for name, value in headers.items() if isinstance(headers, dict) else ():
        key = str(name).lower() if lower else str(name)
        values = value if isinstance(value, list) else [value]
        # A query flag without `=` arrives as true.
        texts = tuple("" if item is True and not lower else item for item in values)
        if not all(isinstance(item, str) for item in texts):
            texts = ()
        before = collected.get(key)
        # A value that is not text makes the other spellings of its name invalid too.
        collected[key] = texts if before is None else before + texts if before and texts else ()
    return collected


def body(request: HttpRequest, limit: int) -> Body:
    """Return the body of a request, in bytes.

    Raises:
        PayloadTooLarge: it is longer than `limit` bytes, after base64.
        MalformedRequest: the event says base64, and it is not.
    """
    content = request.content
    if content is None:
        return Body(b"", b"")
    if not isinstance(content, str):
        text = strict_json.written_out(content).encode()
        _bound(len(text), limit)
        return Body(None, text)
    if not request.encoded:
        _bound(len(content), limit)
        raw = content.encode("utf-8", "surrogatepass")
        _bound(len(raw), limit)
        return Body(raw, raw)
    _bound(len(content) // 4 * 3 - 2, limit)
    # Imported here: few bodies are encoded.
    import base64

    try:
        raw = base64.b64decode(content.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise MalformedRequest(
            Sentence("The event says that the body is base64, and it is not."),
            Sentence(
                "Send the body as it is, without encoding it yourself; if a gateway stands in between,"
                " mend its Base64 setting."
            ),
        ) from None
    _bound(len(raw), limit)
    return Body(raw, raw)


def _bound(length: int, limit: int) -> None:
    if length > limit:
        raise PayloadTooLarge(
            Sentence("The body is larger than the {limit} KiB that this route takes.", limit=limit // 1024),
            Sentence("Send at most 100 keys at once; one key with its JSON is under 20 KiB."),
        )


def require_json(headers: Mapping[str, Values]) -> None:
    """Raise unless the body is uncompressed JSON in UTF-8; without a Content-Type it counts as JSON.

    Raises:
        UnsupportedMediaType: it is something else.
    """
    coding = ",".join(headers.get("content-encoding", ("",))).strip().lower()
    if coding not in _NOT_CODED:
        raise UnsupportedMediaType(
            Sentence(
                "The body is compressed with {coding}, as Content-Encoding says, and this route reads it as"
                " it is sent.",
                coding=coding,
            )
            if coding in _CODINGS
            else Sentence(
                "The body is compressed by its Content-Encoding, and this route reads it as it is sent."
            ),
            Sentence("Send the JSON uncompressed, without a Content-Encoding header."),
        )
    content_type = headers.get("content-type")
    if content_type is None or content_type == ("",):
        return
    kind, *parameters = (part.strip(" \t") for part in ",".join(content_type).lower().split(";"))
    charsets = [
        value.strip('" ')
        for name, _, value in (parameter.partition("=") for parameter in parameters)
        if name.strip() == "charset"
    ]
    is_json = kind == "application/json" or re.fullmatch(_JSON_TYPE, kind)
    if not is_json or any(charset not in ("utf-8", "utf8") for charset in charsets):
        raise UnsupportedMediaType(
            Sentence("This route reads JSON in UTF-8, and the Content-Type says something else."),
            Sentence("Add -H 'Content-Type: application/json' to the request."),
        )


def trace_id(headers: Mapping[str, Values]) -> str:
    """Return the trace id of a `traceparent` header, or "" where there is no valid one.

    An invalid header is ignored as a whole (W3C Trace Context section 4.3).
    """
    values = headers.get("traceparent", ())
    match = re.fullmatch(_TRACEPARENT, values[0]) if len(values) == 1 else None
    if match is None:
        return ""
    # Only version 00 is known to end after the flags.
    return "" if match["version"] == "00" and match["more"] else match["trace"]
