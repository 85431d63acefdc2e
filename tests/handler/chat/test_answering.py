"""A message in a chat, from the request to the reply, with the real SDK and a stand-in for CVM."""

from __future__ import annotations

import json
import re
import urllib.parse

import pytest

from local import chat
from local.cvm import StandIn
from local.in_process import REQUEST_ID, Function, public_keys
from tests.handler.chat.scene import (
    ALICE,
    AMBIENT,
    CALLERS,
    MAL,
    PRIVATE,
    entry,
    every,
    function,
    refusal,
    say,
)

KEY, OTHER, *_ = public_keys()


@every
def test_a_key_is_imported_once(platform: str, bot: Function, cvm: StandIn) -> None:
    """The first message creates the key pair with one call; a repetition by the platform changes nothing."""
    sent = chat.PLAYERS[platform](f"import onb_alice {KEY}", ALICE)
    seen = []
    for _ in range(3):
        answer = bot.answer(sent.event())
        seen.append(chat.seen(sent, answer.status, answer.text, ALICE))
        if len(seen) == 1:
            assert len(cvm.calls) == 1
    (pair,) = cvm.account.key_pairs.values()

    first, *later = bot.audit
    assert first["result"] == "created"
    assert [line["result"] for line in later] == ["unchanged", "unchanged"]
    for line in bot.audit:
        assert line["requestId"] == answer.headers["X-Request-Id"] == REQUEST_ID
        assert (line["trigger"], line["caller"], line["user"]) == (platform, platform, "U0ALICE")
        assert (line["keyName"], line["keyId"], line["bits"]) == ("onb_alice", pair.key_id, 3072)
    assert "Imported as onb_alice." in seen[0]
    for text in seen:
        for fact in (pair.key_id, "3072", first["fingerprint"], "MD5:", "ap-guangzhou"):
            assert fact in text


@pytest.mark.parametrize(
    ("platform", "language", "chinese"),
    [("wecom", "", True), ("wecom", "en", False), ("slack", "", False), ("slack", "zh", True)],
)
def test_a_chat_is_answered_in_its_callers_language(platform: str, language: str, chinese: bool) -> None:
    """The platform's own where the callers file names none; a refusal and help alike."""
    (caller,) = (caller for caller in chat.CALLERS if caller["id"] == platform)
    with function(None, [{**caller, "language": language} if language else caller]) as bot:
        for typed in ("help", "import alice", "check hello"):
            for line in say(bot, platform, typed).splitlines():
                assert bool(re.search("[\u4e00-\u9fff]", line)) is chinese, line


@every
def test_a_command_is_as_strict_as_a_request(platform: str, bot: Function, cvm: StandIn) -> None:
    """Options reach CVM; refusals of schema, key gate and CVM use the terms of the command."""
    assert "Imported" in say(bot, platform, f"import a {KEY} tag:owner=alice region=ap-shanghai")
    assert cvm.account.key_pairs["a"].tags == {"owner": "alice"}
    assert bot.audit[-1]["result"] == "created"

    wrong = say(bot, platform, f"import a-b {KEY} project=ten tag:project=x")
    assert ("`KEY_NAME`" in wrong, "`project=`" in wrong, "`tag:`" in wrong) == (True, True, True)
    assert bot.audit[-1]["code"] == "invalid-request"
    assert "The key is missing: `" in say(bot, platform, "import alice")
    assert "import alice ssh-rsa AAAA" in say(bot, platform, "import alice")
    assert "such as `project=1001`" in say(bot, platform, f"import alice {KEY} project=abc")
    assert "cannot have a hyphen; `al_ice` would do" in say(bot, platform, f"import al-ice {KEY}")
    assert "no option of that name" in say(bot, platform, f"import a {KEY} --dryrum")
    assert "cut off" in say(bot, platform, f"import a {KEY[:300]}")
    assert (bot.audit[-1]["code"], bot.audit[-1]["reason"]) == ("invalid-public-key", "truncated")
    assert "Ed25519" in say(
        bot, platform, "import a ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE0pKLWlOiqcNi1x2mBv"
    )
    assert "project" in say(bot, platform, f"import b {OTHER} project=77")
    assert bot.audit[-1]["code"] == "unknown-project"
    assert len(cvm.account.key_pairs) == 1


@every
def test_a_conflict_says_with_what(platform: str, bot: Function, cvm: StandIn) -> None:
    """Another key under the name, and the key under another name, are different answers."""
    say(bot, platform, f"import alice {KEY}")
    key_id = cvm.account.key_pairs["alice"].key_id

    taken = say(bot, platform, f"import alice {OTHER}")
    assert bot.audit[-1]["code"] == "key-name-conflict"
    there = say(bot, platform, f"import bob {KEY}")
    assert bot.audit[-1]["code"] == "public-key-conflict"
    for text in (taken, there):
        assert key_id in text
        assert "alice" in text
    assert [*cvm.account.key_pairs] == ["alice"]


@every
def test_a_dry_run_writes_nothing(platform: str, bot: Function, cvm: StandIn) -> None:
    """With the dash that a phone makes of two, nothing is written."""
    assert "would be imported" in say(bot, platform, f"import alice {KEY} —dry-run")
    assert cvm.account.key_pairs == {}
    assert bot.audit[-1]["dryRun"] is True
    say(bot, platform, f"import alice {KEY}")
    assert "Dry run: alice is there already" in say(bot, platform, f"import alice {KEY} --dry-run")


@every
def test_a_check_looks_at_a_key_alone(platform: str, bot: Function, cvm: StandIn) -> None:
    """A check says bits, fingerprints and verdict, by the size that the caller needs, and makes no call."""
    seen = say(bot, platform, f"check {KEY} alice@laptop")

    assert "This key can be imported." in seen
    assert "3072" in seen
    assert cvm.calls == []
    line = bot.audit[-1]
    assert line["totalMs"] >= 0
    assert (line["result"], line["bits"], line["user"], line["trigger"]) == (
        "checked",
        3072,
        "U0ALICE",
        platform,
    )
    assert line["fingerprint"] in seen
    with function(cvm, [{**entry(platform), "allow": {"minBits": 4096}}]) as strict:
        assert "at least 4096" in say(strict, platform, f"check {KEY}")
        assert strict.audit[-1]["reason"] == "too-small"
    assert "no key in the text" in say(bot, platform, "check")


@every
@pytest.mark.parametrize("typed", ["", "help", "hello there", "import_a key", KEY])
def test_anything_else_is_answered_with_help(platform: str, typed: str, bot: Function, cvm: StandIn) -> None:
    """Other text is answered with help; nothing is decided, so there is no audit line."""
    seen = say(bot, platform, typed)

    assert "import KEY_NAME ssh-rsa AAAA..." in seen
    assert ("/key import" in seen) == (platform != "wecom")
    assert (bot.audit, cvm.calls) == ([], [])
    assert bot.log[-1]["user"] == "U0ALICE"


@every
@pytest.mark.parametrize(
    "typed",
    [PRIVATE, f"import a {PRIVATE}", f"check {PRIVATE}", f"help {PRIVATE}", f"import {PRIVATE} {KEY}"],
)
def test_a_private_key_is_treated_as_leaked(platform: str, typed: str, bot: Function, cvm: StandIn) -> None:
    """The sender of a private key learns to treat it as leaked, and no part of it is repeated."""
    for sender in (ALICE, MAL):
        seen = say(bot, platform, typed, sender)
        assert "Treat this key as leaked" in seen
        assert "Delete your message" in seen
        assert "b3BlbnNzaC1rZXktdjE" not in seen + json.dumps(bot.log)
        assert bot.audit[-1]["reason"] == "private-key"
    assert cvm.calls == []


@every
def test_a_missing_role_is_told_to_whoever_is_recognised(platform: str, bot: Function) -> None:
    """A missing role shows only when CVM is needed, and then it is named."""
    del bot.environ["TENCENTCLOUD_SECRETID"]

    assert "TENCENTCLOUD_SECRETID" in say(bot, platform, f"import a {KEY}")
    assert bot.audit[-1]["code"] == "misconfigured"


@every
def test_an_unforeseen_failure_is_an_answer(platform: str) -> None:
    """A defect of ours is answered in the platform's form too, and the log says where it is."""
    ticks = iter(range(10_000))

    def clock() -> float:
        tick = next(ticks)
        if tick == 1:
            raise RuntimeError("a made-up defect")
        return float(tick)

    with Function(None, list(CALLERS), AMBIENT._replace(monotonic=clock), chat.VARIABLES) as bot:
        seen = say(bot, platform, f"check {KEY}")

    assert "unexpected error" in seen
    assert "made-up" not in seen + json.dumps(bot.log)
    line = bot.audit[-1]
    assert (line["code"], line["trigger"], line["user"]) == ("internal-error", platform, "U0ALICE")
    assert line["cause"].startswith("RuntimeError at ")


@every
def test_the_methods_of_a_chat_route(platform: str, bot: Function) -> None:
    """WeCom's alone takes GET, and so HEAD, to check the URL."""
    path = f"/chat/{platform}"

    allowed = "GET, POST, HEAD, OPTIONS" if platform == "wecom" else "POST, OPTIONS"
    assert bot.ask("OPTIONS", path).headers["Allow"] == allowed
    assert refusal(bot.ask("GET", path))["status"] == (401 if platform == "wecom" else 405)
    assert bot.ask("HEAD", path).status == (401 if platform == "wecom" else 405)


def test_wecoms_check_of_the_url_is_answered_bare(bot: Function) -> None:
    """The decrypted text alone, as plain text, with neither quotes nor line end; HEAD has no body."""
    sent = chat.wecom_check("1616140317555161061", ALICE).event()
    answer = bot.answer(sent)
    head = bot.answer({**sent, "httpMethod": "HEAD"})

    assert (answer.status, answer.text, head.status, head.text) == (200, "1616140317555161061", 200, "")
    assert answer.headers["Content-Type"] == "text/plain"
    assert answer.headers["X-Request-Id"] == REQUEST_ID
    assert bot.audit == []
    assert bot.log[-1]["trigger"] == "wecom"


def test_what_nobody_typed_is_answered_with_nothing(bot: Function) -> None:
    """Slack's check of a certificate and WeCom's events get a 200, and no decision."""
    event = "<xml><FromUserName>alice</FromUserName><MsgType>event</MsgType></xml>"
    for sent in (
        chat.PlatformRequest("POST", "/chat/slack", {}, {}, "ssl_check=1&token=x"),
        chat.wecom_sealed(event, ALICE),
    ):
        answer = bot.answer(sent.event())
        assert (answer.status, answer.text) == (200, "")
    assert bot.audit == []


def test_a_message_keeps_its_trace(bot: Function) -> None:
    """A trace that a gateway begins is in the audit line of what was typed."""
    event = chat.slack(f"import a {KEY}", ALICE).event()
    event["headers"]["traceparent"] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    bot.answer(event)

    assert bot.audit[-1]["traceId"] == "0af7651916cd43dd8448eb211c80319c"


def test_what_slack_does_to_a_text_is_undone(bot: Function, cvm: StandIn) -> None:
    """A key in a fence, wrapped, with a linked address and a leaning mark, arrives as it was meant."""
    data = KEY.split()[1]
    broken = "\n".join(data[at : at + 64] for at in range(0, len(data), 64))
    text = (
        f"import alice ```\nSsh-rsa {broken} <mailto:alice@example.com|alice@example.com>\n``` "
        "tag:owner=“Alice &amp; co”"
    )
    body = urllib.parse.urlencode({"team_id": chat.TEAM, "user_id": "U0ALICE", "text": text})
    sent = chat.slack_signed(body, ALICE)
    answer = bot.answer(sent.event())

    assert "Imported as alice." in chat.seen(sent, answer.status, answer.text, ALICE)
    pair = cvm.account.key_pairs["alice"]
    assert (pair.public_key.split()[1], pair.tags) == (data, {"owner": "Alice & co"})
