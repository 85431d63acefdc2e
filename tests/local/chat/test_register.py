"""`python -m local.chat discord-register`, against a small stand-in for Discord's API."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from local.chat import register
from local.chat.__main__ import main

BOT = "MTEwMQ.made-up.token-of-nobody"


class Discord(HTTPServer):
    """Answers with the command that it is sent, or with another status."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.body = 201, b""
        self.asked: list[tuple[str, dict[str, str], Any]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """Handles one request to the stand-in."""

    server: Discord

    def do_POST(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append((self.path, dict(self.headers), json.loads(body)))
        self.send_response(self.server.status)
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()
        self.wfile.write(self.server.body or body)

    do_GET = do_POST  # noqa: N815 - as http.server calls it

    def log_message(self, *_: object) -> None:
        """Write nothing."""


@pytest.fixture
def discord(monkeypatch: pytest.MonkeyPatch) -> Iterator[Discord]:
    """Yield a stand-in, with the bot's token set."""
    monkeypatch.setenv(register.TOKEN, BOT)
    with Discord() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_command_is_registered(discord: Discord, capsys: pytest.CaptureFixture[str]) -> None:
    """One command with one required text, everywhere or in one server."""
    assert main(["discord-register", "1101", "--endpoint", discord.url]) == 0
    assert main(["discord-register", "1101", "--guild", "1102", "--endpoint", f"{discord.url}/"]) == 0

    assert [path for path, _, _ in discord.asked] == [
        "/applications/1101/commands",
        "/applications/1101/guilds/1102/commands",
    ]
    (_, headers, command), _ = discord.asked
    assert headers["Authorization"] == f"Bot {BOT}"
    assert headers["User-Agent"].startswith("DiscordBot (")
    (option,) = command["options"]
    assert (option["name"], option["type"], option["required"], option["max_length"]) == (
        "command",
        3,
        True,
        6000,
    )
    written = capsys.readouterr()
    assert "/key is registered in every server" in written.out
    assert "/key is registered in server 1102." in written.out


@pytest.mark.parametrize(
    ("status", "said"), [(401, "is not the token"), (429, "asked too often"), (307, "307"), (500, "500")]
)
def test_a_refusal_is_explained(
    status: int, said: str, discord: Discord, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of the token is shown, and it goes to no other address."""
    discord.status = status
    assert main(["discord-register", "1101", "--endpoint", discord.url]) == 1
    written = capsys.readouterr()
    assert said in written.err
    assert BOT not in written.out + written.err
    assert len(discord.asked) == 1


def test_what_is_not_discord_is_no_success(discord: Discord, capsys: pytest.CaptureFixture[str]) -> None:
    """A page of something in between registers nothing."""
    for body in (b"<html>", b"[]", b'{"name": "other"}'):
        discord.body = body
        assert main(["discord-register", "1101", "--endpoint", discord.url]) == 1
        assert "Nothing that is Discord answers" in capsys.readouterr().err


def test_wrong_arguments_send_nothing(discord: Discord, monkeypatch: pytest.MonkeyPatch) -> None:
    """An id that is none, an address in the clear, and no token."""
    for wrong in (["x/../y"], ["1", "--guild", "?"], ["1", "--endpoint", "http://192.0.2.1"]):
        with pytest.raises(SystemExit):
            main(["discord-register", *wrong])
    monkeypatch.setenv(register.TOKEN, "")
    assert main(["discord-register", "1101", "--endpoint", discord.url]) == 2
    assert discord.asked == []
