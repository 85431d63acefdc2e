"""Why the function does not know the caller, found out from here."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest

from local import cvm
from local.callers.mint import new_secret
from tests.local.send.sender import (
    CALLERS,
    NEXT,
    Sender,
    fronted,
    problem,
)


def test_unknown_caller_is_exit_code_3(send: Sender, key_file: Path) -> None:
    """A 401 stops everything, names the request to look for in the log, and offers --explain."""
    assert send(key_file, environ={"ONBOARDING_SECRET": NEXT}) == 3
    first, second = send.err.splitlines()
    assert first.startswith("401: the function does not know this caller. Its log has the cause under ")
    assert second == "  Give --explain to find out why."
    assert len(send.front.bodies) == 1


def test_explain_finds_a_wrong_secret(send: Sender, key_file: Path, stand_in: cvm.StandIn) -> None:
    """With another secret clocks and body are cleared, and hashes to compare are told, not secrets."""
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The clocks agree within 1 s, and 300 s are allowed." in send.err
    assert "ONBOARDING_SECRET holds a secret of 32 bytes, whose SHA-256 hash starts " in send.err
    assert "So the secret is most likely another than the function's" in send.err
    assert len(stand_in.account) == 0


@pytest.mark.parametrize(("offset", "which"), [(1000, "1000 s behind"), (-1000, "1000 s ahead")])
def test_explain_finds_a_wrong_clock(
    stand_in: cvm.StandIn,
    key_file: Path,
    capsys: pytest.CaptureFixture[str],
    offset: int,
    which: str,
) -> None:
    """A clock that is off is proved to be the cause, by a dry run."""
    with fronted(stand_in, offset) as front:
        front.date = lambda: formatdate(time.time() + offset, usegmt=True)
        send = Sender(front, capsys)
        assert send(key_file, "--explain") == 3
        assert f"The clock here is {which}, 300 s are allowed: set it. Signed by the clock there" in tens(
            send.err
        )
        assert front.bodies[-1]["dryRun"] is True
        assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
        assert f"{which}, 300 s are allowed: set it. Something else is wrong, too." in tens(send.err)
        front.change = lambda body: json.dumps(json.loads(body)).encode()
        assert send(key_file, "--explain") == 3
        assert "Something else is wrong, too." in send.err
        assert "it arrives with blanks behind its commas and colons." in send.err
    assert len(stand_in.account) == 0


def tens(text: str) -> str:
    """Return a text with what a second more or less changes put right."""
    return text.replace("999 s", "1000 s").replace("1001 s", "1000 s")


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda body: json.dumps(json.loads(body)).encode(), "with blanks behind its commas and colons"),
        (lambda body: json.dumps(json.loads(body), indent=2).encode(), "indented by two"),
        (lambda body: json.dumps(json.loads(body), indent=4).encode(), "indented by four"),
        (
            lambda body: json.dumps(json.loads(body), sort_keys=True).encode(),
            "with its members sorted and blanks between them",
        ),
        (
            lambda body: json.dumps(json.loads(body), sort_keys=True, separators=(",", ":")).encode(),
            "with its members sorted",
        ),
        (
            lambda body: json.dumps(json.loads(body), ensure_ascii=False, separators=(",", ":")).encode(),
            "with its characters beyond ASCII as they are",
        ),
        (lambda body: body.replace(b"/", b"\\/"), "with a backslash before each slash"),
        (lambda body: body + b"\n", "with a line end behind it"),
        (base64.b64encode, "in Base64"),
        (lambda _: b"", "without a body"),
    ],
)
def test_explain_finds_how_a_body_is_changed(
    send: Sender, key_file: Path, stand_in: cvm.StandIn, change: Callable[[bytes], bytes], how: str
) -> None:
    """Whatever stands in between and writes the body anew is found, by dry runs alone."""
    send.front.change = change
    assert send(key_file, "--explain", "--tag", "owner=爱丽丝", "--project", "1") == 3
    assert f"The body is changed on its way: it arrives {how}." in send.err
    assert len(stand_in.account) == 0


def test_explain_finds_that_a_body_is_changed_in_another_way(
    send: Sender, key_file: Path, stand_in: cvm.StandIn
) -> None:
    """A change that nobody foresaw is not taken for a wrong secret: a body without room for it is let in."""
    send.front.change = lambda body: body.replace(b",", b" ,")
    assert send(key_file, "--explain") == 3
    assert "The body is changed on its way, in none of the ways that were tried" in send.err
    assert "most likely" not in send.err
    assert len(stand_in.account) == 0


def test_explain_without_a_date_does_not_rule_out_the_clock(
    stand_in: cvm.StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where the clocks cannot be compared, a clock that is off is not blamed on the secret alone."""
    with fronted(stand_in, 1000) as front:
        front.date = lambda: None
        send = Sender(front, capsys)
        assert send(key_file, "--explain") == 3
    assert "or the clock here is more than 300 s off; compare both." in send.err


def test_explain_without_a_date_does_not_guess(send: Sender, key_file: Path) -> None:
    """An answer without a clock leaves the clocks alone."""
    send.front.date = lambda: None
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The answer does not say what time it is there" in send.err
    send.front.date = lambda: "yesterday"
    assert send(key_file, "--explain", environ={"ONBOARDING_SECRET": NEXT}) == 3
    assert "The answer does not say what time it is there" in send.err


def test_explain_of_an_api_key_tells_its_hash(
    send: Sender, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For a key its length and the start of its hash are told, and whether the callers file here has it."""
    other = new_secret("platform-team", "api-key").secret
    environ = {"PLATFORM_TEAM_API_KEY": other}
    assert send(key_file, "--as", "platform-team", "--explain", environ=environ) == 3
    assert "The key of PLATFORM_TEAM_API_KEY has 47 characters; the SHA-256 hash of it starts " in send.err
    assert "must pass on the header Authorization as it is." in send.err
    assert "proxy" not in send.err
    assert "It does not stand" not in send.err
    assert other not in send.err
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    (tmp_path / "callers.json").write_text(json.dumps({"callers": CALLERS}))
    assert send(key_file, "--as", "platform-team", "--explain", environ=environ) == 3
    assert "It does not stand in the callers file here." in send.err
    assert "The environment names a proxy for https; the request may go through it." in send.err


def test_explain_knows_an_answer_that_is_not_ours(send: Sender, key_file: Path) -> None:
    """A 401 of a gateway in between is told apart from the function's."""
    send.front.script = [(401, {}, b'{"errorMessage": "unauthorized"}')]
    assert send(key_file, "--explain") == 3
    assert "This answer is not the function's own" in send.err
    assert len(send.front.bodies) == 1


def test_explain_survives_an_answer_that_does_not_come(send: Sender, key_file: Path) -> None:
    """A trial without an answer proves nothing and stops nothing."""
    refused = problem(401, "unauthenticated")
    send.front.script = [refused, *[(0, {}, b"")] * 11]
    assert send(key_file, "--explain", "--tag", "owner=爱丽丝") == 3
    assert "The body does not seem to be changed on its way" in send.err
