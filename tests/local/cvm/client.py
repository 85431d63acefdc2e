"""A client of the API that signs by the document and can do everything wrong on purpose."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from local.cvm import Credential, StandIn
from local.cvm.public_key import made_up
from local.stand_in.handle import Handle

Answer = dict[str, Any]


class Signed(NamedTuple):
    """A request that is ready to be sent."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


def sign(
    credential: Credential,
    action: str,
    parameters: object = None,
    *,
    host: str,
    now: float | None = None,
    method: str = "POST",
    query: str = "",
    content_type: str = "application/json",
    service: str = "cvm",
    signed: tuple[str, ...] = ("content-type", "host"),
    headers: Mapping[str, str] | None = None,
) -> Signed:
    """Sign a request the way every Tencent Cloud SDK does."""
    stamp = int(time.time() if now is None else now)
    body = b"" if method == "GET" else parameters if isinstance(parameters, bytes) else dump(parameters)
    sent = {
        "host": host,
        "content-type": content_type,
        "x-tc-action": action,
        "x-tc-version": "2017-03-12",
        "x-tc-timestamp": str(stamp),
        "x-tc-region": "ap-guangzhou",
        "x-tc-language": "en-US",
        **({"x-tc-token": credential.token} if credential.token else {}),
        **(headers or {}),
    }
    unsigned = sent.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD"
    digest = hashlib.sha256(b"UNSIGNED-PAYLOAD" if unsigned else body).hexdigest()
    lines = "".join(
        f"{name}:{sent[name].lower() if name == 'x-tc-action' else sent[name]}\n" for name in signed
    )
    canonical = f"{method}\n/\n{query}\n{lines}\n{';'.join(signed)}\n{digest}"
    date = time.strftime("%Y-%m-%d", time.gmtime(stamp))
    key = f"TC3{credential.secret_key}".encode()
    for step in (date, service, "tc3_request"):
        key = hmac.new(key, step.encode(), hashlib.sha256).digest()
    scope = f"{date}/{service}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    sent["authorization"] = (
        f"TC3-HMAC-SHA256 Credential={credential.secret_id}/{scope}, "
        f"SignedHeaders={';'.join(signed)}, Signature={signature}"
    )
    return Signed(method, f"/?{query}" if query else "/", sent, body)


def dump(parameters: object) -> bytes:
    """Write parameters as JSON, none as an empty object."""
    return json.dumps({} if parameters is None else parameters).encode()


class Reply(NamedTuple):
    """A whole HTTP reply; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange(cvm: Handle, request: Signed, timeout: float = 60) -> Reply:
    """Send a request over a connection of its own and read the whole reply."""
    connection = http.client.HTTPConnection("127.0.0.1", cvm.port, timeout=timeout)
    try:
        connection.putrequest(request.method, request.target, skip_host=True, skip_accept_encoding=True)
        for name, value in {**request.headers, "content-length": str(len(request.body))}.items():
            connection.putheader(name, value)
        connection.endheaders(request.body)
        reply = connection.getresponse()
        return Reply(reply.status, {n.lower(): v for n, v in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def send(cvm: Handle, request: Signed, timeout: float = 60) -> Answer:
    """Send a request; give what stands in `Response` of a reply with status 200."""
    reply = exchange(cvm, request, timeout)
    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    answer: Answer = json.loads(reply.body)["Response"]
    return answer


def call(cvm: StandIn, action: str, parameters: object = None, **how: Any) -> Answer:
    """Sign with the stand-in's first credential, send, and give what stands in `Response`."""
    return send(cvm, sign(how.pop("credential", cvm.credentials), action, parameters, host=cvm.host, **how))


def code(answer: Answer) -> str:
    """Give the error code of an answer, `ok` if there is none."""
    error = answer.get("Error", {"Code": "ok"})
    return str(error["Code"])


def importing(key_name: str, public_key: str = "", **more: Any) -> Answer:
    """Give the parameters that import a key, by default one of its own."""
    return {"KeyName": key_name, "ProjectId": 0, "PublicKey": public_key or made_up(), **more}


def run(cvm: StandIn, key_name: str, public_key: str = "", **more: Any) -> Answer:
    """Import a key."""
    return call(cvm, "ImportKeyPair", importing(key_name, public_key, **more))
