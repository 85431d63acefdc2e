"""Signs requests to COS's XML API with the signature `q-sign-algorithm=sha1`.

https://cloud.tencent.com/document/product/436/7778 describes it. COS's own SDK signs alike; it is 15 MB
large, so it judges this module in tests/handler/upstream/test_cos_sdk.py and stays out of the package.
"""

from __future__ import annotations

import hashlib
import hmac

from handler.record import TYPE_CHECKING
from handler.upstream.http1 import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.upstream.tc3 import Credentials

#: The seconds that a signature holds before and after the time that it is made at. COS itself refuses
#: a clock that is 15 minutes off.
_BEFORE, _AFTER = 60, 600

_PLAIN = frozenset(b"-_.~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


def signed(
    method: str,
    host: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes,
    credentials: Credentials,
    now: float,
) -> Request:
    """Return the request for an object, ready to be sent; host and all headers are signed.

    Args:
        method: `GET` or `PUT`.
        host: the bucket's, such as `keys-1250000000.cos.ap-guangzhou.myqcloud.com`.
        path: a slash and the object's key, not encoded.
        headers: beside `Host` and the token of temporary credentials.
        body: the bytes to send.
        credentials: what to sign with.
        now: seconds since the epoch.
    """
    everything = {"Host": host, **headers}
    if credentials.token:
        everything["x-cos-security-token"] = credentials.token
    span = (int(now) - _BEFORE, int(now) + _AFTER)
    proof = authorization(method, path, {}, everything, credentials, span)
    target = "/".join(map(encoded, path.split("/")))
    return Request(method, target, {**everything, "Authorization": proof}, body)


def authorization(
    method: str,
    path: str,
    parameters: Mapping[str, str],
    headers: Mapping[str, str],
    credentials: Credentials,
    span: tuple[int, int],
) -> str:
    """Return the value of `Authorization` for a request.

    Args:
        method: in any case.
        path: a slash and the object's key, not encoded.
        parameters: those of the query, not encoded; all are signed.
        headers: those that are signed.
        credentials: the id and the key that sign.
        span: the seconds since the epoch at which the signature begins and ends to hold.
    """
    query, query_names = _listed(parameters)
    head, head_names = _listed(headers)
    times = f"{span[0]};{span[1]}"
    request = "\n".join((method.lower(), path, query, head, ""))
    digest = hashlib.sha1(request.encode()).hexdigest()  # noqa: S324 - COS knows no other
    to_sign = "\n".join(("sha1", times, digest, ""))
    signature = _hmac(_hmac(credentials.secret_key, times), to_sign)
    return (
        f"q-sign-algorithm=sha1&q-ak={credentials.secret_id}&q-sign-time={times}&q-key-time={times}"
        f"&q-header-list={head_names}&q-url-param-list={query_names}&q-signature={signature}"
    )


def encoded(text: str) -> str:
    """Return a text with every byte but letters, digits and `-_.~` percent-encoded."""
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode())


def _listed(pairs: Mapping[str, str]) -> tuple[str, str]:
    """Return names with values, joined by `&`, and names alone, joined by `;`: both in the order of names."""
    found = sorted((encoded(name).lower(), encoded(value)) for name, value in pairs.items())
    return "&".join(f"{name}={value}" for name, value in found), ";".join(name for name, _ in found)


def _hmac(key: str, text: str) -> str:
    return hmac.new(key.encode(), text.encode(), hashlib.sha1).hexdigest()
