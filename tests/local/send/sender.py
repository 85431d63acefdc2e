"""Runs the command against the function behind HTTP, with two callers: one signs, one has a key."""

from __future__ import annotations

import io
import json
import threading
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from handler.ambient import REAL
from local import cvm
from local.callers.mint import new_secret
from local.in_process import Function, public_keys
from local.send import __main__ as command

KEYS = public_keys()


MINTED = new_secret("onboarding", "standard-webhooks")


NEXT = new_secret("onboarding", "standard-webhooks").secret


SIGNED = {"ONBOARDING_SECRET": MINTED.secret}


API = new_secret("platform-team", "api-key")


CALLERS = [MINTED.entry, API.entry]


WHOM = ["--as", "onboarding"]


Script = Callable[[], tuple[int, dict[str, str], bytes]]


class Front:
    """What stands between a sender and the function: plain HTTP, unless it is told to be worse."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.change: Callable[[bytes], bytes] = lambda body: body
        self.date: Callable[[], str | None] = lambda: formatdate(usegmt=True)
        self.script: list[tuple[int, Mapping[str, str], bytes]] = []
        self.bodies: list[Any] = []
        self.paths: list[str] = []
        front = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                """Pass a request on."""
                front.answer(self)

            do_GET = do_POST  # noqa: N815 - the library's own name

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        # What the function writes to standard output is caught, which one call at a time can do.
        self._one_at_a_time = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answer by the script, or by the function where it has come to its end; status 0 is no answer."""
        sent = request.rfile.read(int(request.headers.get("Content-Length", 0)))
        body = self.change(sent)
        if request.command == "POST":
            self.bodies.append(json.loads(sent))
        self.paths.append(request.path)
        if self.script:
            status, headers, text = self.script.pop(0)
            if not status:
                return
        else:
            event = {
                "httpMethod": request.command,
                "path": urlsplit(request.path).path,
                "queryString": dict(parse_qsl(urlsplit(request.path).query)),
                "headers": {name.lower(): value for name, value in request.headers.items()},
                "body": body.decode(),
            }
            with self._one_at_a_time:
                replied = self.function.answer(event)
            status, headers, text = replied.status, replied.headers, replied.text.encode()
        request.send_response_only(status)
        if date := self.date():
            request.send_header("Date", date)
        for name, value in {"Content-Length": str(len(text)), "Connection": "close", **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(text)

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class fronted:  # noqa: N801 - a context manager is used like a function
    """The function behind HTTP, with a clock that may be wrong."""

    def __init__(self, stand_in: cvm.StandIn, offset: float = 0, entries: list[Any] | None = None) -> None:
        ambient = REAL._replace(wall=lambda: time.time() + offset)
        self._function = Function(
            stand_in, entries or CALLERS, ambient, environ={"ONBOARDING_SECRET": MINTED.secret}
        )

    def __enter__(self) -> Front:
        """Bring it up."""
        self._front = Front(self._function)
        return self._front

    def __exit__(self, *_: object) -> None:
        """Take it down."""
        self._front.close()
        self._function.__exit__()


class Sender:
    """Runs the command and holds what it said."""

    def __init__(self, front: Front, capsys: pytest.CaptureFixture[str]) -> None:
        self.front = front
        self._capsys = capsys
        self.out = self.err = ""
        self.pauses: list[float] = []

    def __call__(
        self,
        key: str | Path,
        *arguments: str,
        environ: Mapping[str, str] | None = None,
        stdin: str = "",
        url: str = "",
    ) -> int:
        """Run it as the onboarding system, unless said otherwise; return the exit code."""
        whom = [] if any(word in arguments for word in ("--as", "--secret-env", "--api-key-env")) else WHOM
        code = command.main(
            [str(key), "--url", url or self.front.url, *whom, *arguments],
            SIGNED if environ is None else environ,
            io.StringIO(stdin),
            sleep=self.sleep,
        )
        self.out, self.err = self._capsys.readouterr()
        for secret in (*SIGNED.values(), API.secret, NEXT):
            assert secret not in self.out + self.err
            assert secret[6:] not in self.out + self.err
        return code

    def sleep(self, seconds: float) -> None:
        """Note a pause, and make none."""
        self.pauses.append(seconds)


def problem(status: int, code: str, **members: Any) -> tuple[int, dict[str, str], bytes]:
    """Return a problem as the function answers it."""
    body = {"code": code, "status": status, "detail": "D.", "remedy": "R.", **members}
    return status, {"Content-Type": "application/problem+json"}, json.dumps(body).encode()
