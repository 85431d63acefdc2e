"""Where to send to: URLs, and who can read on the way."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest

from local.send import client
from tests.local.send.sender import (
    Sender,
)


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:9000",
        "ftp://x/",
        "https://",
        "https://x/?a=b",
        "https://x/#a",
        "https://x/\u00e9",
        "https://x/a b",
        "https://x:port",
        "https://x:65536",
        "https://.example",
        f"https://{'a' * 64}.example",
        "https://user:word@x/",
    ],
)
def test_url_that_is_none_is_refused(send: Sender, key_file: Path, url: str) -> None:
    """A URL that is none is a usage error."""
    assert send(key_file, url=url) == 2
    assert send.err == "a URL is https://HOST, with the function's base path behind it if it has one\n"


@pytest.mark.parametrize(
    ("url", "endpoint"),
    [
        ("https://x", "https://x/key-pairs"),
        ("https://x/", "https://x/key-pairs"),
        ("https://x/prod/", "https://x/prod/key-pairs"),
        ("https://x/prod/key-pairs", "https://x/prod/key-pairs"),
        ("http://127.0.0.1:9000/key-pairs/", "http://127.0.0.1:9000/key-pairs"),
    ],
)
def test_url_may_be_the_function_or_its_route(url: str, endpoint: str) -> None:
    """The route is added where it is missing."""
    assert client.endpoint(url) == endpoint


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("http://x/a", True),
        ("https://x/a", False),
        ("http://127.0.0.1:1/a", False),
        ("http://localhost/a", False),
    ],
)
def test_plain_http_beyond_this_machine_is_known(url: str, is_open: bool) -> None:
    """Whoever listens on the way could read an API key."""
    assert client.is_open_to_all(url) is is_open


def test_plain_http_beyond_this_machine_is_told(
    send: Sender, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What everybody on the way can read is told; through a proxy, so that nothing leaves this machine."""
    monkeypatch.setenv("http_proxy", send.front.url)
    opener = urllib.request.build_opener(client.NoRedirects, urllib.request.ProxyHandler())
    monkeypatch.setattr(client, "_OPENER", opener)
    assert send(key_file, url="http://function.example") == 0
    assert send.err == "Warning: http:// is not encrypted; use https://.\n"
    assert send.front.paths == ["http://function.example/key-pairs"]
