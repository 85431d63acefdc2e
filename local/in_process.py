"""The function in this process, with its own environment; the process's environment is not changed.

with serve() as cvm, Function(cvm) as function:
    answer = function.post({"keyName": "alice_laptop", "publicKey": "ssh-rsa ..."})
    assert answer.status == 201
    assert function.audit[-1]["result"] == "created"
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from handler import invocation
from handler.ambient import REAL, Ambient
from handler.event import source_of
from handler.upstream import transport
from local.cvm import StandIn

ROOT = Path(__file__).resolve().parent.parent

API_KEY = "an-example-of-an-api-key-with-enough-characters"

REQUEST_ID = "f03dc946-3df4-45a0-8e54-2f6e0a1b7c55"

Json = dict[str, Any]


def public_keys() -> list[str]:
    """Return public keys that were made for nobody."""
    return (ROOT / "events" / "keys.pub").read_text(encoding="ascii").splitlines()


def caller(name: str = "onboarding", key: str = API_KEY, **members: Any) -> Json:
    """Return an entry of `callers.json` for a caller with an API key."""
    auth = {"scheme": "api-key", "sha256": [hashlib.sha256(key.encode()).hexdigest()]}
    return {"id": name, "auth": auth, **members}


class HttpAnswer(NamedTuple):
    """An HTTP reply: the text of its body, and the JSON in it where there is any."""

    status: int
    headers: Mapping[str, str]
    text: str
    json: Any


class Function:
    """The function, asked by events and not by HTTP.

    Args:
        cvm: the stand-in that it imports into; without one, nothing listens there.
        callers: the entries of `callers.json`; by default one with `API_KEY`.
        ambient: clocks, sleep and randomness.
        environ: further variables.

    Attributes:
        cvm: the stand-in.
        environ: its whole environment.
        output: all that it has written so far.
        log: the same, line by line.
    """

    def __init__(
        self,
        cvm: StandIn | None = None,
        callers: list[Json] | None = None,
        ambient: Ambient = REAL,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.cvm = cvm
        self._folder = tempfile.TemporaryDirectory()
        self._ambient = ambient
        self.log: list[Json] = []
        self.output = ""
        path = Path(self._folder.name) / "callers.json"
        path.write_text(json.dumps({"callers": [caller()] if callers is None else callers}), encoding="utf-8")
        self.environ = {"CALLERS_FILE": str(path), "TENCENTCLOUD_REGION": "ap-guangzhou"}
        if cvm is not None:
            self.environ |= {
                "CVM_ENDPOINT": cvm.url,
                "TENCENTCLOUD_SECRETID": cvm.credentials.secret_id,
                "TENCENTCLOUD_SECRETKEY": cvm.credentials.secret_key,
                "TENCENTCLOUD_SESSIONTOKEN": cvm.credentials.token,
            }
        self.environ |= environ or {}

    def __enter__(self) -> Function:
        """Return the function; its folder goes when the `with` block ends."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the folder, and close the connection to the stand-in that the function keeps."""
        transport.forget()
        self._folder.cleanup()

    @property
    def audit(self) -> list[Json]:
        """The audit lines so far."""
        return [line for line in self.log if line["log"] == "audit"]

    def post(self, body: object, **fields: Any) -> HttpAnswer:
        """Send a body to `/key-pairs`, as JSON if it is no text, with the API key."""
        return self.ask("POST", "/key-pairs", body, **fields)

    def ask(self, method: str, path: str, body: object = None, **fields: Any) -> HttpAnswer:
        """Send a request with the API key; `fields` are put into the event as they are."""
        event = {
            "httpMethod": method,
            "path": path,
            "headers": {"authorization": f"Bearer {API_KEY}"},
            "body": body if body is None or isinstance(body, str) else json.dumps(body),
            **fields,
        }
        return self.answer(event)

    def invoke(self, event: object, context: object = None, ambient: Ambient | None = None) -> Any:
        """Hand in an event of any source as the platform does, and return its answer or raise its exception.

        Args:
            event: the event.
            context: the platform's context; by default one that names `REQUEST_ID` alone.
            ambient: clocks, sleep and randomness of this one call.
        """
        printed = io.StringIO()
        ambient = (ambient or self._ambient)._replace(environ=self.environ)
        try:
            with contextlib.redirect_stdout(printed):
                call = invocation.begin({"request_id": REQUEST_ID} if context is None else context, ambient)
                return source_of(event).answer(event, call)
        finally:
            self.output += printed.getvalue()
            self.log += [json.loads(line) for line in printed.getvalue().splitlines()]

    def answer(self, event: Json, context: object = None) -> HttpAnswer:
        """Hand in an HTTP event as it is."""
        reply = self.invoke(event, context)
        content = (
            json.loads(reply["body"])
            if "json" in reply["headers"]["Content-Type"] and reply["body"]
            else None
        )
        return HttpAnswer(reply["statusCode"], reply["headers"], reply["body"], content)
