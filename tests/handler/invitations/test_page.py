"""GET /hand-in and what other hosts' pages may do."""

from __future__ import annotations

import pytest

from local.cvm import StandIn
from page.build import build
from tests.handler.invitations.scene import function, redeem, signed

ORIGIN = "https://intranet.example.com"
EXPOSED = {
    "Access-Control-Allow-Origin": ORIGIN,
    "Access-Control-Expose-Headers": "Retry-After, X-Request-Id",
}


def test_page_is_the_built_file_with_its_policy() -> None:
    """The page is served as built, with the headers that keep it alone."""
    built = build()
    with function() as made:
        answer = made.ask("GET", "/hand-in", headers={"cookie": "a=b", "accept-language": "zh"})
    assert (answer.status, answer.text.encode()) == (200, built.html)
    assert {name: answer.headers[name] for name in answer.headers if name != "X-Request-Id"} == {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": built.policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def test_looking_at_the_link_changes_nothing(cvm: StandIn) -> None:
    """A preview bot's GET and HEAD leave the invitation as it was; HEAD has the headers without the page."""
    with function(cvm) as made:
        seen, head = made.ask("GET", "/hand-in"), made.ask("HEAD", "/hand-in")
        assert (head.status, head.headers, head.text) == (200, seen.headers, "")
        assert cvm.calls == []
        assert redeem(made, signed()).status == 201


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("PUT", 405), ("OPTIONS", 204)])
def test_page_takes_get_alone(method: str, status: int) -> None:
    """Other methods are refused, and OPTIONS tells which there are."""
    with function() as made:
        answer = made.ask(method, "/hand-in")
    assert (answer.status, answer.headers["Allow"]) == (status, "GET, HEAD, OPTIONS")


def cors(headers: object) -> dict[str, str]:
    """Return the headers that concern other origins."""
    assert isinstance(headers, dict)
    return {
        name: value for name, value in headers.items() if name.startswith("Access-Control") or name == "Vary"
    }


def test_listed_origin_may_send_keys(cvm: StandIn) -> None:
    """The preflight of a listed origin is answered, and every reply to it, refusals included, can be read."""
    with function(cvm) as made:
        preflight = made.ask("OPTIONS", "/key-pairs", headers={"origin": ORIGIN})
        answers = [
            redeem(made, signed(), origin=ORIGIN),
            redeem(made, "x.y", origin=ORIGIN),
            redeem(made, signed(), "{", origin=ORIGIN),
            redeem(made, signed(), "x" * (1 << 20) + "y", origin=ORIGIN),
        ]
    assert preflight.status == 204
    assert cors(preflight.headers) == {
        **EXPOSED,
        "Access-Control-Allow-Methods": "POST",
        "Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }
    assert [answer.status for answer in answers] == [201, 401, 400, 413]
    for answer in answers:
        found = cors(answer.headers)
        assert "Origin" in found.pop("Vary")
        assert found == EXPOSED


@pytest.mark.parametrize(
    "origin", ["null", "*", "https://evil.example", f"{ORIGIN}/", ORIGIN.upper(), "", f"{ORIGIN}:443"]
)
def test_no_other_origin(origin: str) -> None:
    """An origin that is not listed, letter by letter, gets no header but Vary."""
    with function() as made:
        answers = [made.ask(m, "/key-pairs", {}, headers={"origin": origin}) for m in ("OPTIONS", "POST")]
    for answer in answers:
        assert [*cors(answer.headers)] == ["Vary"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("OPTIONS", "/"), ("POST", "/"), ("OPTIONS", "/invitations"), ("POST", "/invitations"),
     ("GET", "/hand-in"), ("GET", "/health"), ("OPTIONS", "/chat/slack"), ("GET", "/openapi.json"),
     ("POST", "/key-pairs/"), ("GET", "/key-pairs")],
)  # fmt: skip
def test_no_other_route(method: str, path: str) -> None:
    """Only OPTIONS and POST of /key-pairs speak of origins."""
    with function(PAGE_ORIGINS=ORIGIN) as made:
        answer = made.ask(method, path, {}, headers={"origin": ORIGIN})
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_wrong_settings_open_nothing() -> None:
    """Where the settings are wrong no origin is let in; below a base path the listed one is."""
    with function(MIN_RSA_BITS="1") as made:
        assert [*cors(made.ask("POST", "/key-pairs", {}, headers={"origin": ORIGIN}).headers)] == ["Vary"]
    with function(BASE_PATH="/keys") as made:
        answer = made.ask("OPTIONS", "/keys/key-pairs", headers={"origin": ORIGIN})
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
