"""`python -m local.chat` plays every platform against a function behind real HTTP."""

from __future__ import annotations

import io
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from handler.chat import wecom_xml
from local import chat, cvm, gateway
from local.chat.__main__ import main
from local.in_process import public_keys
from local.stage import Stage, staged

KEY, OTHER, *_ = public_keys()


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """Yield the function as `make serve` runs it."""
    options = gateway.Options(environment=chat.VARIABLES, warm=1)
    with staged(cvm.Options(rate=0), options, chat.CALLERS) as up:
        yield up


@contextmanager
def answering(status: int, body: bytes, after: float = 0.0) -> Iterator[str]:
    """Yield the URL of something that always answers the same."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            time.sleep(after)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("platform", ["slack", "mattermost", "wecom"])
def test_a_platform_is_played(platform: str, stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed reaches the function, and what its sender would see is printed, with the time it took."""
    typed = f"import {platform}_alice ```{KEY}``` tag:note=a&b<c>"
    url = stage.gateway.url + "/"

    assert main([platform, typed, "--url", url, "--user", "U0ALICE"]) == 0
    seen = capsys.readouterr().out
    pair = stage.cvm.account.key_pairs[f"{platform}_alice"]
    assert pair.key_id in seen
    assert pair.tags == {"note": "a&b<c>"}
    assert "that the platform waits, in time)" in seen
    stage.cvm.account.clear()


def test_a_command_may_come_from_standard_input(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that a shell would break is piped in."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"check\n{KEY}\n"))

    assert main(["slack", "-", "--url", stage.gateway.url]) == 0
    assert "This key can be imported." in capsys.readouterr().out


def test_wecoms_check_is_played(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """The echo comes back over real HTTP as it was sent, its base64 included."""
    for echo in ("1616140317555161061", "a+b/c=="):
        assert main(["wecom-check", echo, "--url", stage.gateway.url]) == 0
        assert capsys.readouterr().out.startswith(f"{echo}\n(")


def test_secrets_of_ones_own_are_taken(
    stage: Stage, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With other secrets in the environment than the function's, the platform would show nothing."""
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "another")

    assert main(["slack", "help", "--url", stage.gateway.url]) == 1
    assert "answers 401, of which the platform shows nothing" in capsys.readouterr().err


def test_nobody_at_home_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    """Where nothing listens, that is said, with what to do."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]

    assert main(["slack", "help", "--url", f"http://127.0.0.1:{port}"]) == 1
    assert "Is `make serve` running?" in capsys.readouterr().err


def test_an_answer_that_is_late_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """What comes after the platform's patience would not be shown."""
    with answering(200, b"1", after=1.1) as url:
        assert main(["wecom-check", "1", "--url", url]) == 1
    assert "too late" in capsys.readouterr().out


@pytest.mark.parametrize("body", [b"", b"<xml/>", b"<xml>", b"<xml><Encrypt>x</Encrypt></xml>"])
def test_what_wecom_could_not_read_is_not_shown(body: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    """A reply without a good envelope is an error, no reply at all is nothing to see."""
    with answering(200, body) as url:
        assert main(["wecom", "help", "--url", url]) == (1 if body else 0)
    assert ("WeCom cannot read the reply" in capsys.readouterr().err) == bool(body)


def reply(text: str, sender: chat.Sender) -> str:
    """Return a reply as an app of WeCom would send it that has this sender's secrets."""
    sent = chat.wecom(text, sender)
    outside = {
        "Encrypt": wecom_xml.parse(sent.body.encode())["Encrypt"],
        "MsgSignature": sent.query["msg_signature"],
        "TimeStamp": sent.query["timestamp"],
        "Nonce": sent.query["nonce"],
    }
    return wecom_xml.serialize(outside)


def test_a_forged_reply_is_not_shown() -> None:
    """The player checks a reply's signature and ciphertext as WeCom does."""
    sender = chat.Sender()
    other = chat.Sender(variables={**chat.VARIABLES, "WECOM_TOKEN": "another"})
    elsewhere = sender._replace(team="ww00000000000000b2")
    sent = chat.wecom("help", sender)

    assert chat.seen(sent, 200, reply("hello", sender), sender) == "hello"
    with pytest.raises(ValueError, match="signature"):
        chat.seen(sent, 200, reply("hello", other), sender)
    with pytest.raises(ValueError, match="wrong-receiver"):
        chat.seen(sent, 200, reply("hello", elsewhere), sender)
