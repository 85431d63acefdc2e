"""Signs requests to Tencent Cloud's API 3.0 (TC3-HMAC-SHA256) with the SDK's own signature.

https://www.tencentcloud.com/document/product/213/33224 describes the signature. The SDK's client
would sign as well, but it loads `requests`, through which nothing is sent here: 320 million
instructions of a cold start. So the request is made here, as that client makes it, and only
`Sign.sign_tc3` is called; tests/handler/upstream/test_tc3.py compares both byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import os
import time

from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream.http1 import Request

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_ALGORITHM = "TC3-HMAC-SHA256"
_CONTENT_TYPE = "application/json"
_SIGNED = "content-type;host"

#: The language of the service's messages. Only its codes are used; no caller reads the messages.
_LANGUAGE = "en-US"


class Credentials(NamedTuple):
    """What a call is signed with; `token` is empty for credentials that are not temporary."""

    secret_id: str
    secret_key: str
    token: str

    def __repr__(self) -> str:
        """Return a text without secrets, in case this record is printed."""
        return "Credentials(...)"


class ApiCall(NamedTuple):
    """One call of an API.

    Attributes:
        service: the service's short name, such as `cvm` or `sts`.
        host: what `Host` says, port included; it is signed, so it must reach the service as it is.
        action, version: the API, such as `AssumeRole` and `2018-08-13`.
        region: where; empty for an API without regions.
    """

    service: str
    host: str
    action: str
    version: str
    region: str


def signed(call: ApiCall, parameters: Mapping[str, Any], credentials: Credentials, now: float) -> Request:
    """Return the request that asks for a call, ready to be sent.

    Args:
        call: what to ask for.
        parameters: the API's parameters; sent as JSON.
        credentials: those that sign.
        now: seconds since the Unix epoch; the service takes five minutes either way.
    """
    # Imported here: only what goes to the cloud needs the SDK.
    import tencentcloud

    body = json.dumps(parameters).encode("ascii")
    moment = int(now)
    headers = {
        "Content-Type": _CONTENT_TYPE,
        "Host": call.host,
        "X-TC-TraceId": _trace_id(),
        "X-TC-Action": call.action,
        "X-TC-RequestClient": f"SDK_PYTHON_{tencentcloud.__version__}",
        "X-TC-Timestamp": str(moment),
        "X-TC-Version": call.version,
        "X-TC-Region": call.region,
        "X-TC-Token": credentials.token,
        "X-TC-Language": _LANGUAGE,
        "Authorization": authorization(call.service, call.host, _CONTENT_TYPE, body, credentials, moment),
    }
    return Request("POST", "/", {name: value for name, value in headers.items() if value}, body)


def authorization(
    service: str, host: str, content_type: str, body: bytes, credentials: Credentials, moment: int
) -> str:
    """Return the `Authorization` of a `POST` of that body, signed at that moment (Unix seconds)."""
    # Imported here: see above.
    from tencentcloud.common.sign import Sign

    date = time.strftime("%Y-%m-%d", time.gmtime(moment))
    scope = f"{date}/{service}/tc3_request"
    canonical = f"POST\n/\n\ncontent-type:{content_type}\nhost:{host}\n\n{_SIGNED}\n{_sha256(body)}"
    to_sign = f"{_ALGORITHM}\n{moment}\n{scope}\n{_sha256(canonical.encode('ascii'))}"
    signature = Sign.sign_tc3(credentials.secret_key, date, service, to_sign)
    return (
        f"{_ALGORITHM} Credential={credentials.secret_id}/{scope},"
        f" SignedHeaders={_SIGNED}, Signature={signature}"
    )


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _trace_id() -> str:
    """Return a random UUID (RFC 9562 5.4), by which the service's support finds a call."""
    # `uuid` would load `platform` for it.
    digits = (int.from_bytes(os.urandom(16), "big") & ~(0xF << 76) & ~(3 << 62)) | (4 << 76) | (2 << 62)
    text = f"{digits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
