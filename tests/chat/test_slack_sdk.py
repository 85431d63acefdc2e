"""slack_sdk, Slack's own library, signs what is accepted and would itself send what is answered."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from slack_sdk.signature import Clock, SignatureVerifier
from slack_sdk.webhook import WebhookClient

from local import chat
from local.cvm import Options, serve
from local.in_process import Function, public_keys
from tests.handler.chat.scene import ALICE, AMBIENT, NOW, function

KEY = public_keys()[0]
VERIFIER = SignatureVerifier(chat.VARIABLES["SLACK_SIGNING_SECRET"])


@contextmanager
def slack() -> Iterator[tuple[str, list[object]]]:
    """Stand where Slack takes messages, and collect what is sent."""
    received: list[object] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", received
        server.shutdown()
        thread.join()


def headers(timestamp: str, body: str) -> dict[str, str]:
    """Return what slack_sdk would sign a body with."""
    signature = VERIFIER.generate_signature(timestamp=timestamp, body=body)
    assert signature is not None
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }


def test_slack_sdk_signs_what_is_accepted_and_reads_what_is_answered() -> None:
    """A command that slack_sdk signs imports a key, and the reply is one that slack_sdk sends as it is."""
    body = chat.slack(f"import alice {KEY}", ALICE).body
    sent = chat.PlatformRequest("POST", "/chat/slack", {}, headers(ALICE.timestamp(), body), body)
    with serve(Options(rate=0), lambda: NOW) as cvm, function(cvm) as bot:
        answer = bot.answer(sent.event())
        pair = cvm.account.key_pairs["alice"]

    with slack() as (url, received):
        WebhookClient(url).send(**answer.json)
    assert received == [answer.json]
    assert answer.json["response_type"] == "ephemeral"
    assert pair.key_id in answer.json["text"]


@pytest.mark.parametrize("late", [0, 299, 301])
def test_slack_sdk_agrees_about_what_is_signed(late: int) -> None:
    """What is accepted and refused here, slack_sdk accepts and refuses too."""

    class Later(Clock):
        def now(self) -> float:
            return NOW + late

    sent = chat.slack("help", ALICE)
    verifier = SignatureVerifier(chat.VARIABLES["SLACK_SIGNING_SECRET"], Later())
    for body in (sent.body, sent.body + "&x=1"):
        theirs = verifier.is_valid_request(body, dict(sent.headers))
        ambient = AMBIENT._replace(wall=lambda: NOW + late)
        with Function(None, list(chat.CALLERS), ambient, chat.VARIABLES) as bot:
            ours = bot.answer({**sent.event(), "body": body}).status
        assert (ours == 200) == theirs
