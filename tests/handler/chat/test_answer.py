"""A message in a chat, from the request to the reply, with the real SDK and a stand-in for CVM."""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.problems import Unauthenticated
from local import chat
from local.cvm import StandIn
from local.in_process import REQUEST_ID, Function, Json, public_keys
from tests import growth
from tests.doubles.clocks import SkippingClock
from tests.handler.chat.scene import ALICE, AMBIENT, CALLERS, PLATFORMS, entry, function, refusal, say

KEY, OTHER, *_ = public_keys()
MAL = ALICE._replace(user="U0MAL")
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ\n-----END"
SECRETS = [*chat.VARIABLES.values()]


@pytest.fixture
def bot(cvm: StandIn) -> Iterator[Function]:
    """Yield the function with a caller of each platform, which lets everyone in."""
    with function(cvm) as made:
        yield made


every = pytest.mark.parametrize("platform", PLATFORMS)


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
    """Options reach CVM; schema, key gate and CVM's refusals are told in the command's terms."""
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
    """A name with another key, and a key under another name, are told apart, with the pair in the way."""
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
    """A check says bits, fingerprints and verdict, by the size that the caller needs, and calls nobody."""
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
    """Whoever does not know how, is told; no decision was asked for, so there is no audit line."""
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
    """Wherever a private key stands, its sender is told to treat it as leaked, and it is repeated nowhere."""
    for sender in (ALICE, MAL):
        seen = say(bot, platform, typed, sender)
        assert "Treat this key as leaked" in seen
        assert "Delete your message" in seen
        assert "b3BlbnNzaC1rZXktdjE" not in seen + json.dumps(bot.log)
        assert bot.audit[-1]["reason"] == "private-key"
    assert cvm.calls == []


def test_a_stranger_hears_of_a_leaked_key_too(cvm: StandIn) -> None:
    """Who may not import is still told that a private key must not be sent."""
    with function(cvm, [entry("slack", users=["U0ALICE"])]) as bot:
        assert "Treat this key as leaked" in say(bot, "slack", PRIVATE, MAL)


@every
def test_somebody_who_is_not_listed_is_forbidden(platform: str, cvm: StandIn) -> None:
    """Only listed people may import, check or ask for help; others learn the id that is to be listed."""
    with function(cvm, [entry(platform, users=["U0ALICE", "U0BOB"])]) as bot:
        for typed in (f"import a {KEY}", f"check {KEY}", "help"):
            seen = say(bot, platform, typed, MAL)
            assert "not among the people" in seen
            assert "U0MAL" in seen
            line = bot.audit[-1]
            assert (line["code"], line["reason"], line["user"], line["caller"]) == (
                "forbidden",
                "users",
                "U0MAL",
                platform,
            )
        assert cvm.calls == []
        assert "Imported" in say(bot, platform, f"import a {KEY}")


@pytest.mark.parametrize("platform", ["slack", "mattermost"])
def test_a_channel_that_is_not_listed_is_forbidden(platform: str, cvm: StandIn) -> None:
    """Where channels are listed, only they count, for everyone in them if no users are listed."""
    callers = [entry(platform, users=None, channels=["C0KEYS"])]
    with function(cvm, callers) as bot:
        seen = say(bot, platform, f"import a {KEY}")
        assert "from this channel" in seen
        assert "C0GENERAL" in seen
        assert bot.audit[-1]["reason"] == "channels"
        assert "Imported" in say(bot, platform, f"import a {KEY}", MAL._replace(channel="C0KEYS"))


@pytest.mark.parametrize("platform", ["slack", "mattermost"])
def test_the_first_caller_with_the_channel_answers(platform: str, cvm: StandIn) -> None:
    """Of callers with one secret the first that has the channel is meant, else the first."""
    ops = {**entry(platform, users=["U0ALICE"], channels=["C0OPS"]), "id": "ops"}
    rest = {**entry(platform), "id": "rest", "allow": {"dryRunOnly": True}}
    if platform == "mattermost":
        ops["auth"]["tokenEnv"], rest["auth"]["tokenEnv"] = (
            ["MATTERMOST_TOKEN", "M_2"],
            ["M_2", "MATTERMOST_TOKEN"],
        )
    with function(cvm, [ops, rest], M_2="x" * 26) as bot:
        in_ops = ALICE._replace(channel="C0OPS")
        assert "Imported" in say(bot, platform, f"import a {KEY}", in_ops)
        assert "not among the people" in say(bot, platform, f"import a {KEY}", in_ops._replace(user="U0MAL"))
        assert "dryRunOnly" in say(bot, platform, f"import b {OTHER}")
        assert [line["caller"] for line in bot.audit] == ["ops", "ops", "rest"]


def test_another_workspace_is_forbidden(bot: Function, cvm: StandIn) -> None:
    """A workspace that no caller has is told so, in Slack's form, with the id that is to be listed."""
    seen = say(bot, "slack", f"import a {KEY}", ALICE._replace(team="T0STRANGE"))

    assert "from this workspace" in seen
    assert "T0STRANGE" in seen
    assert (bot.audit[-1]["code"], bot.audit[-1]["reason"]) == ("forbidden", "team")
    assert cvm.calls == []


@every
def test_names_can_be_bound_to_their_user(platform: str, cvm: StandIn) -> None:
    """`{user}` in `keyNames` is the id of who types, and nobody learns of the key pairs of others."""
    callers = [{**entry(platform), "allow": {"keyNames": ["{user}_*"]}}]
    with function(cvm, callers) as bot:
        assert "Imported" in say(bot, platform, f"import u0alice_laptop {KEY}")
        refused = say(bot, platform, f"import u0alice_2 {OTHER}", MAL)
        assert "u0alice_laptop" not in refused
        assert (bot.audit[-1]["code"], bot.audit[-1]["reason"]) == ("forbidden", "key-names")
        hidden = say(bot, platform, f"import u0mal_laptop {KEY}", MAL)
        assert bot.audit[-1]["code"] == "public-key-conflict"
        assert cvm.account.key_pairs["u0alice_laptop"].key_id not in hidden
        assert "u0alice_laptop" not in hidden


@every
@pytest.mark.parametrize(
    ("faults", "code"),
    [
        ({"ImportKeyPair": "throttle"}, "upstream-busy"),
        ({"ImportKeyPair": "drop-after", "DescribeKeyPairs": "throttle"}, "outcome-unknown"),
    ],
)
def test_out_of_time_nothing_is_lost(platform: str, faults: dict[str, str], code: str, cvm: StandIn) -> None:
    """When the platform's time is over, the sender is told to send the same again, which is true."""
    clock = SkippingClock()
    ambient = AMBIENT._replace(monotonic=clock.now, sleep=clock.sleep)
    for action, kind in faults.items():
        cvm.fault(action, kind, times=None)
    with Function(cvm, list(CALLERS), ambient, chat.VARIABLES) as bot:
        begun = clock.now()
        seen = say(bot, platform, f"import alice {KEY}")
        took = clock.now() - begun
        assert bot.audit[-1]["code"] == code
        assert "Nothing was lost: send the same again" in seen
        assert took <= {"slack": 2.0, "mattermost": 2.0, "wecom": 4.0}[platform] + 0.1
        cvm.clear_faults()
        again = say(bot, platform, f"import alice {KEY}")
        assert cvm.account.key_pairs["alice"].key_id in again


@every
def test_the_platforms_time_is_used(platform: str, cvm: StandIn) -> None:
    """All but a second of the platform's time goes into trying, unless TIME_BUDGET_MS is less."""
    cvm.fault("ImportKeyPair", "throttle", times=None)
    spent = {}
    for budget in ("1000", "20000"):
        clock = SkippingClock()
        ambient = AMBIENT._replace(monotonic=clock.now, sleep=clock.sleep, random=lambda: 0.5)
        environ = {**chat.VARIABLES, "TIME_BUDGET_MS": budget}
        with Function(cvm, list(CALLERS), ambient, environ) as bot:
            say(bot, platform, f"import alice {KEY}")
        spent[budget] = sum(clock.sleeps)

    least, most = (2.0, 4.0) if platform == "wecom" else (1.0, 2.0)
    assert spent["1000"] <= 1.0
    assert least < spent["20000"] <= most


@every
def test_a_missing_role_is_told_to_whoever_is_recognised(platform: str, bot: Function) -> None:
    """What is misconfigured only CVM's part of the way notices, and then it is named."""
    del bot.environ["TENCENTCLOUD_SECRETID"]

    assert "TENCENTCLOUD_SECRETID" in say(bot, platform, f"import a {KEY}")
    assert bot.audit[-1]["code"] == "misconfigured"


@every
def test_an_unforeseen_failure_is_an_answer(platform: str) -> None:
    """A defect of ours is told in the platform's form too, and the log says where it is."""
    ticks = iter(range(10_000))

    def clock() -> float:
        tick = next(ticks)
        if tick == 1:
            raise RuntimeError("a made-up defect")
        return float(tick)

    with Function(None, list(CALLERS), AMBIENT._replace(monotonic=clock), chat.VARIABLES) as bot:
        seen = say(bot, platform, f"check {KEY}")

    assert "nobody foresaw" in seen
    assert "made-up" not in seen + json.dumps(bot.log)
    line = bot.audit[-1]
    assert (line["code"], line["trigger"], line["user"]) == ("internal-error", platform, "U0ALICE")
    assert line["cause"].startswith("RuntimeError at ")


@every
def test_a_forged_request_is_refused_as_anywhere(platform: str, bot: Function, cvm: StandIn) -> None:
    """Without proof there is one body for all, with status 401, and only the log knows the cause."""
    sent = chat.PLAYERS[platform](f"import a {KEY}", ALICE)
    forged = {**sent.event(), "headers": {}, "queryString": {}, "body": sent.body.replace("token=", "t=")}
    problem = refusal(bot.answer(forged))
    elsewhere = refusal(bot.ask("POST", "/key-pairs", "{}", headers={}))

    assert (problem["status"], problem) == (401, elsewhere)
    assert problem["detail"] == Unauthenticated("").detail
    assert bot.audit[0]["code"] == "unauthenticated"
    assert bot.audit[0]["cause"]
    assert cvm.calls == []


@every
@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"httpMethod": "PUT"}, 405),
        ({"httpMethod": "DELETE"}, 405),
        ({"body": "x" * 65537}, 413),
        ({"body": base64.b64encode(b"x" * 65537).decode(), "isBase64Encoded": True}, 413),
        ({"body": "?", "isBase64Encoded": True}, 400),
        ({"path": "/chat/irc"}, 404),
        ({"body": "x" * 65536}, 401),
        ({"body": base64.b64encode(b"\xff" * 65536).decode(), "isBase64Encoded": True, "headers": {}}, 401),
        ({"body": {"a": []}}, 401),
        ({"body": None, "headers": {}}, 401),
    ],
)
def test_what_is_wrong_before_the_proof_is_refused_as_anywhere(
    platform: str, change: Json, status: int, bot: Function
) -> None:
    """Path, method, size and base64 are judged first, in the order of every route; then the proof."""
    event = {**chat.PLAYERS[platform]("help", ALICE).event(), **change}
    if "body" in change:
        event["headers"] = {}

    assert refusal(bot.answer(event))["status"] == status


@every
def test_the_methods_of_a_chat_route(platform: str, bot: Function) -> None:
    """WeCom's alone takes GET, and so HEAD, to check the URL."""
    path = f"/chat/{platform}"

    allowed = "GET, POST, HEAD, OPTIONS" if platform == "wecom" else "POST, OPTIONS"
    assert bot.ask("OPTIONS", path).headers["Allow"] == allowed
    assert refusal(bot.ask("GET", path))["status"] == (401 if platform == "wecom" else 405)
    assert bot.ask("HEAD", path).status == (401 if platform == "wecom" else 405)


@every
def test_without_callers_a_chat_is_misconfigured(platform: str, cvm: StandIn) -> None:
    """A missing secret, or a wrong setting, is a 500 before anything is proved."""
    sent = chat.PLAYERS[platform]("help", ALICE).event()
    with function(cvm, WECOM_TOKEN="") as bot:
        assert refusal(bot.answer(sent))["code"] == "misconfigured"
        assert "WECOM_TOKEN" in bot.log[-1]["cause"]
    with function(cvm, MIN_RSA_BITS="few") as bot:
        assert refusal(bot.answer(sent))["code"] == "misconfigured"


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
        chat.Request("POST", "/chat/slack", {}, {}, "ssl_check=1&token=x"),
        chat.wecom_sealed(event, ALICE),
    ):
        answer = bot.answer(sent.event())
        assert (answer.status, answer.text) == (200, "")
    assert bot.audit == []


@pytest.mark.parametrize("user", ["", "a b", "x" * 129, "<@U1>", "李雷", "a\nb"])
@every
def test_who_has_no_proper_id_is_nobody(platform: str, user: str, bot: Function, cvm: StandIn) -> None:
    """An id that no platform gives to anybody is neither believed nor logged."""
    sender = ALICE._replace(user=user)
    sent = chat.PLAYERS[platform](f"import a {KEY}", sender)
    answer = bot.answer(sent.event())

    assert answer.status == 200
    if platform != "wecom" or user:
        assert "who typed it" in chat.seen(sent, answer.status, answer.text, sender)
        assert (bot.audit[-1]["code"], bot.audit[-1].get("user")) == ("malformed-request", None)
    assert cvm.calls == []


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


@every
def test_nothing_secret_is_said_or_logged(platform: str, bot: Function) -> None:
    """Secrets, tokens, signatures and keys are in no reply and in no line of the log."""
    sent = [
        chat.PLAYERS[platform](typed, ALICE)
        for typed in (f"import alice {KEY}", f"import alice {OTHER}", f"check {KEY}", "help", PRIVATE)
    ]
    shown = json.dumps([chat.seen(message, 200, bot.answer(message.event()).text, ALICE) for message in sent])
    stranger = {
        **sent[0].event(),
        "headers": {},
        "queryString": {},
        "body": sent[0].body.replace("text", "txt"),
    }
    shown += bot.answer(stranger).text + json.dumps(bot.log)

    signatures = [message.headers.get("x-slack-signature", "-none-") for message in sent]
    signatures += [message.query.get("msg_signature", "-none-") for message in sent]
    for secret in (*SECRETS, *signatures, KEY.split()[1][20:60], OTHER.split()[1][20:60], "b3BlbnNzaC1r"):
        assert secret not in shown


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(
    _TEXTS,
    st.sampled_from(["", "import ", "check ", f"import a {KEY} ", "import a project=1 "]),
    st.sampled_from(PLATFORMS),
)
def test_any_text_gets_an_answer_of_the_platform(text: str, start: str, platform: str) -> None:
    """Whatever is typed, the answer has status 200 and can be read by the platform."""
    with function() as bot:
        bot.environ["TENCENTCLOUD_SECRETID"] = ""
        assert say(
            bot, platform, start + re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
        )


@given(
    st.binary(max_size=400),
    st.dictionaries(st.text(max_size=30), st.text(max_size=30)),
    st.sampled_from(PLATFORMS),
)
def test_any_bytes_get_a_refusal(content: bytes, query: dict[str, str], platform: str) -> None:
    """Whatever bytes and parameters a stranger sends, they are a 401, never a 500."""
    event: dict[str, Any] = {
        "httpMethod": "POST",
        "path": f"/chat/{platform}",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "queryString": query,
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }
    with function() as bot:
        assert bot.answer(event).status == 401


def test_a_long_command_costs_what_its_length_asks_for(bot: Function) -> None:
    """A warm function answers the most hostile long message without more than linear work."""
    for part in ("<a@", "tag:a=", "ssh-rsa AAAAB3NzaC1yc2E", "&", "AAAA "):
        for platform in PLATFORMS:
            make = partial(growth.text, f"import a {KEY} ", part)
            worst = growth.exponent(partial(say, bot, platform), make, 5_000)
            assert worst < growth.NEARLY_LINEAR, (part, platform)
