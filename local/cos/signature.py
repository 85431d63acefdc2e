"""The signature of COS's XML API as a server sees it. Everything here is pure.

Source: https://cloud.tencent.com/document/product/436/7778.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote

from local.cos.errors import Refusal

ALLOWED_SKEW = 900  # seconds: https://cloud.tencent.com/document/product/436/7730, RequestTimeTooSkewed

_MEMBERS = (
    "q-sign-algorithm",
    "q-ak",
    "q-sign-time",
    "q-key-time",
    "q-header-list",
    "q-url-param-list",
    "q-signature",
)
_TIMES = re.compile(r"([0-9]{1,11});([0-9]{1,11})", re.ASCII)


class Claim(NamedTuple):
    """What the `Authorization` header says; not yet proved. The lists are of names in lower case."""

    secret_id: str
    sign_time: str
    key_time: str
    headers: tuple[str, ...]
    parameters: tuple[str, ...]
    signature: str


def read_claim(authorization: str, now: float) -> Claim:
    """Read the claim and refuse what is wrong without knowing any key.

    Raises:
        Refusal: AccessDenied for nothing, for another form, and for a time that is over; InvalidArgument for
            times that are malformed; RequestTimeTooSkewed for one that has not begun.
    """
    members = dict(part.partition("=")[::2] for part in authorization.split("&"))
    if sorted(members) != sorted(_MEMBERS) or members["q-sign-algorithm"] != "sha1":
        raise Refusal("AccessDenied")
    for name in ("q-sign-time", "q-key-time"):
        times = _TIMES.fullmatch(members[name])
        if not times or int(times[1]) >= int(times[2]):
            raise Refusal("InvalidArgument")
        if int(times[1]) > now + ALLOWED_SKEW:
            raise Refusal("RequestTimeTooSkewed")
        if int(times[2]) < now:
            raise Refusal("AccessDenied")
    return Claim(
        members["q-ak"],
        members["q-sign-time"],
        members["q-key-time"],
        _names(members["q-header-list"]),
        _names(members["q-url-param-list"]),
        members["q-signature"],
    )


def holds(
    claim: Claim, secret_key: str, method: str, path: str, query: str, headers: Mapping[str, str]
) -> bool:
    """Return whether the claim's signature was made with this key over exactly this request.

    Args:
        claim: what was read.
        secret_key: the key of its id.
        method: in any case.
        path: percent-encoded, as it was sent.
        query: percent-encoded, as it was sent.
        headers: by name in lower case, as Latin-1 text.
    """
    sent = {name.lower(): value for name, value in parse_qsl(query, keep_blank_values=True)}
    parameters = {name: sent.get(name, "").encode() for name in claim.parameters}
    signed = {name: headers.get(name, "").encode("latin-1") for name in claim.headers}
    # All of the query has to be signed; the client chooses which headers it signs.
    if set(sent) != set(parameters):
        return False
    http_string = "\n".join([method.lower(), unquote(path), _joined(parameters), _joined(signed), ""])
    digest = hashlib.sha1(http_string.encode(), usedforsecurity=False).hexdigest()
    key = _hmac(secret_key, claim.key_time)
    expected = _hmac(key, f"sha1\n{claim.sign_time}\n{digest}\n")
    return hmac.compare_digest(expected.encode(), claim.signature.encode())


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in unquote(text).split(";") if name)


def _joined(pairs: Mapping[str, bytes]) -> str:
    encoded = sorted((quote(name, safe="-_.~").lower(), quote(pairs[name], safe="-_.~")) for name in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


def _hmac(key: str, text: str) -> str:
    return hmac.digest(key.encode(), text.encode(), "sha1").hex()
