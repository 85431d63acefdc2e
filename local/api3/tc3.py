"""TC3-HMAC-SHA256 as a server sees it: who claims to have signed a request, and whether it is true.

Source: https://cloud.tencent.com/document/api/213/30654. What clients really send decides the details: the
`Host` header counts as received (tccli sends `http://127.0.0.1:PORT` in it and signs that), and so does the
query of a GET (the SDKs write blanks as `+` and sign that). Everything here is pure.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from typing import NamedTuple

from local.api3.messages import ApiError

ALLOWED_SKEW = 300  # seconds either way

_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/,\s]+)/(\d{4}-\d\d-\d\d)/([^/,\s]+)/tc3_request"
    r", ?SignedHeaders=([a-z0-9-]+(?:;[a-z0-9-]+)*), ?Signature=([0-9a-f]{64})",
    re.ASCII,
)


class Claim(NamedTuple):
    """What the `Authorization` header and the timestamp say; not yet proved."""

    secret_id: str
    timestamp: str
    date: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str


def read_claim(headers: Mapping[str, str], service: str, now: float) -> Claim:
    """Read the claim and refuse what is wrong without knowing any key.

    Args:
        headers: by lower-case name.
        service: the one that is being asked, `cvm` for example.
        now: the server's clock, Unix seconds.

    Raises:
        ApiError: MissingParameter, AuthFailure.InvalidAuthorization or AuthFailure.SignatureExpire.
    """
    match = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if not match:
        raise ApiError("AuthFailure.InvalidAuthorization", why="`Authorization` not valid.")
    secret_id, date, signed_for, signed, signature = match.groups()
    signed_headers = tuple(signed.split(";"))
    if "content-type" not in signed_headers or "host" not in signed_headers:
        raise ApiError("AuthFailure.InvalidAuthorization", why="`SignedHeaders` not valid.")
    if signed_for != service:
        raise ApiError("AuthFailure.InvalidAuthorization", why="`Service` in Credential not valid.")
    timestamp = headers.get("x-tc-timestamp", "")
    if not timestamp:
        raise ApiError("MissingParameter", name="Timestamp")
    if not re.fullmatch(r"[0-9]{1,11}", timestamp):
        raise ApiError("InvalidParameter#type", name="Timestamp")
    if abs(now - int(timestamp)) > ALLOWED_SKEW:
        raise ApiError("AuthFailure.SignatureExpire", now=int(now))
    if date != time.strftime("%Y-%m-%d", time.gmtime(int(timestamp))):
        raise ApiError("AuthFailure.InvalidAuthorization", why="`Date` in Credential not valid.")
    return Claim(secret_id, timestamp, date, service, signed_headers, signature)


def holds(
    claim: Claim, secret_key: str, method: str, query: str, headers: Mapping[str, str], body: bytes
) -> bool:
    """Tell whether the claim's signature was made with this key over exactly this request."""
    unsigned = headers.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD"
    payload = b"UNSIGNED-PAYLOAD" if unsigned else body
    lines = []
    for name in claim.signed_headers:
        value = headers.get(name, "").strip()
        # The document's own example signs the action in lower case; all else is signed as it is sent.
        lines.append(f"{name}:{value.lower() if name == 'x-tc-action' else value}\n")
    canonical = "\n".join(
        [
            method,
            "/",
            query if method == "GET" else "",
            "".join(lines),
            ";".join(claim.signed_headers),
            hashlib.sha256(payload).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{claim.timestamp}\n{claim.date}/{claim.service}/tc3_request\n{digest}"
    key = ("TC3" + secret_key).encode()
    for step in (claim.date, claim.service, "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    expected = hmac.digest(key, to_sign.encode(), "sha256").hex()
    return hmac.compare_digest(expected, claim.signature)
