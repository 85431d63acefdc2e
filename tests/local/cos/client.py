"""A client of COS that signs by the document and can do everything wrong on purpose."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import time
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote

from local.cos import Cos
from local.stand_in.credentials import Credential

BUCKET = "keys-1250000000"
HOST = f"{BUCKET}.cos.ap-guangzhou.myqcloud.com"


class Reply(NamedTuple):
    """A whole reply; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """The error's code, `ok` if there is none."""
        start, _, rest = self.body.partition(b"<Code>")
        return rest.partition(b"</Code>")[0].decode() if rest and start.startswith(b"<?xml") else "ok"


def authorization(
    credential: Credential,
    method: str,
    path: str,
    headers: Mapping[str, str],
    *,
    times: tuple[int, int] | None = None,
    parameters: Mapping[str, str] | None = None,
) -> str:
    """Sign a request whose path is percent-encoded, over all the headers and parameters."""
    now = int(time.time())
    period = ";".join(map(str, times or (now - 60, now + 600)))
    signed = [
        sorted((quote(name, safe="-_.~").lower(), quote(value, safe="-_.~")) for name, value in pairs.items())
        for pairs in (parameters or {}, headers)
    ]
    lists = ["&".join(f"{name}={value}" for name, value in pairs) for pairs in signed]
    text = f"{method.lower()}\n{unquote(path)}\n{lists[0]}\n{lists[1]}\n"
    key = hmac.new(credential.secret_key.encode(), period.encode(), hashlib.sha1).hexdigest()
    to_sign = f"sha1\n{period}\n{hashlib.sha1(text.encode()).hexdigest()}\n"
    signature = hmac.new(key.encode(), to_sign.encode(), hashlib.sha1).hexdigest()
    names = [";".join(name for name, _ in pairs) for pairs in signed]
    return (
        f"q-sign-algorithm=sha1&q-ak={credential.secret_id}&q-sign-time={period}&q-key-time={period}"
        f"&q-header-list={names[1]}&q-url-param-list={names[0]}&q-signature={signature}"
    )


def ask(
    cos: Cos,
    method: str = "GET",
    path: str = "/in/alice.pub",
    body: bytes = b"",
    *,
    credential: Credential | None = None,
    host: str = HOST,
    signed: str | None = None,
    now: float | None = None,
    **headers: str,
) -> Reply:
    """Send a signed request; other headers come with `_` for `-`, and `signed` replaces the signature."""
    credential = credential or cos.credentials
    sent = {"host": host, **{name.replace("_", "-"): value for name, value in headers.items()}}
    if credential.token:
        sent["x-cos-security-token"] = credential.token
    times = None if now is None else (int(now) - 60, int(now) + 600)
    made = authorization(credential, method, path, sent, times=times) if signed is None else signed
    if made:
        sent["authorization"] = made
    connection = http.client.HTTPConnection("127.0.0.1", cos.port, timeout=60)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {
            **sent,
            **({"content-length": str(len(body))} if method == "PUT" else {}),
        }.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        reply = connection.getresponse()
        return Reply(reply.status, {n.lower(): v for n, v in reply.getheaders()}, reply.read())
    finally:
        connection.close()
