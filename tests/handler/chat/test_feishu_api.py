"""Feishu's replies: the token and its ends, refusals, and a Feishu that is slow or away."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from functools import partial

import pytest

from handler.chat import feishu_api
from local import chat
from local.cvm import StandIn
from local.feishu import FeishuApi
from local.in_process import Function, Json, public_keys
from tests.faults.wire import received, reply, server
from tests.handler.chat.scene import ALICE, AMBIENT, CALLERS, NOW, entry, function

KEY = public_keys()[0]


@pytest.fixture
def bot(cvm: StandIn, feishu: FeishuApi) -> Iterator[Function]:
    """Yield the function with a caller of each platform."""
    with function(cvm, FEISHU_ENDPOINT=feishu.url) as made:
        yield made


def status(bot: Function, text: str = "help") -> int:
    """Type something, and return the status that Feishu gets."""
    return bot.answer(chat.feishu(text, ALICE).event()).status


def tokens(feishu: FeishuApi) -> int:
    """Return how often a token was asked for."""
    return [call.action for call in feishu.calls].count("tenant_access_token")


def test_a_token_is_kept(bot: Function, feishu: FeishuApi) -> None:
    """Of several replies the first gets the token; Feishu's own host stands in each request."""
    assert [status(bot) for _ in range(3)] == [200] * 3
    assert tokens(feishu) == 1
    assert {call.headers["host"] for call in feishu.calls} == {"open.feishu.cn"}
    assert len(feishu.replies) == 3


def test_a_token_that_ends_soon_is_renewed(cvm: StandIn, feishu: FeishuApi) -> None:
    """Ten minutes before its end a token is not used any more."""
    for later, asked in ((0, 1), (6599, 1), (6601, 2)):
        ambient = AMBIENT._replace(wall=partial(float, NOW + later))
        environ = {**chat.VARIABLES, "FEISHU_ENDPOINT": feishu.url}
        with Function(cvm, list(CALLERS), ambient, environ) as bot:
            sender = ALICE._replace(now=NOW + later)
            assert bot.answer(chat.feishu("help", sender).event()).status == 200
        assert tokens(feishu) == asked


def test_a_revoked_token_is_renewed_once(bot: Function, feishu: FeishuApi) -> None:
    """A kept token that is refused leads to a new one and the reply; a new one that is refused to 503."""
    assert status(bot) == 200
    feishu.expire()
    assert status(bot) == 200
    assert tokens(feishu) == 2
    feishu.fault("reply", "token-refused", times=2)
    assert status(bot) == 503
    assert tokens(feishu) == 3


@pytest.mark.parametrize("kind", ["throttle", "chat-throttle", "no-permission"])
def test_a_reply_that_is_refused_is_asked_for_again(
    kind: str, bot: Function, feishu: FeishuApi, cvm: StandIn
) -> None:
    """The import went through, the reply did not: the failure is logged, and the repeat tells the truth."""
    feishu.fault("reply", kind)
    sent = chat.feishu(f"import a {KEY}", ALICE)

    assert bot.answer(sent.event()).status == 503
    assert "a" in cvm.account.key_pairs
    assert feishu.replies == []
    assert bot.answer(sent.event()).status == 200
    (reply,) = feishu.replies
    assert "a is there already" in reply.text
    assert bot.answer(sent.event()).status == 200
    assert len(feishu.replies) == 1


def test_no_token_is_no_reply(cvm: StandIn, feishu: FeishuApi) -> None:
    """With a wrong app secret, Feishu gets a 503 and sends the message again."""
    with function(cvm, FEISHU_ENDPOINT=feishu.url, FEISHU_APP_SECRET="x" * 32) as bot:
        assert status(bot) == 503
    assert feishu.replies == []


def test_nobody_at_home_is_a_failure(cvm: StandIn) -> None:
    """If nothing answers, Feishu gets a 503 and sends the message again."""
    feishu_api.forget()
    with function(cvm, FEISHU_ENDPOINT="http://127.0.0.1:1") as bot:
        assert status(bot) == 503


def test_instances_that_ask_at_once_share_nothing(bot: Function, feishu: FeishuApi) -> None:
    """Each gets its own token, and both are valid."""
    assert status(bot) == 200
    feishu_api.forget()  # another instance
    assert status(bot) == 200
    assert tokens(feishu) == 2
    assert len(feishu.replies) == 2


def test_a_refusal_of_the_reply_is_no_matter_of_the_token(bot: Function, feishu: FeishuApi) -> None:
    """A kept token stays; Feishu's next delivery of the message needs no new one."""
    assert status(bot) == 200
    feishu.fault("reply", "throttle")
    assert (status(bot), status(bot)) == (503, 200)
    assert tokens(feishu) == 1


def test_a_token_belongs_to_its_app_and_secret(cvm: StandIn, feishu: FeishuApi) -> None:
    """It is never used for another app, nor once the secret has been replaced."""
    other = {**entry("feishu", appId="cli_other"), "id": "other"}
    with function(cvm, [entry("feishu"), other], FEISHU_ENDPOINT=feishu.url) as bot:
        assert status(bot) == 200
        stranger = chat.feishu_event({"app_id": "cli_other"}, "help", "p2p", ALICE)
        assert bot.answer(stranger.event()).status == 503
        bot.environ["FEISHU_APP_SECRET"] = "x" * 32
        assert status(bot) == 503
    assert len(feishu.replies) == 1


def test_a_long_event_id_is_cut_to_what_feishu_takes(bot: Function, feishu: FeishuApi) -> None:
    """The same event leads to one reply all the same."""
    sent = chat.feishu_event({"event_id": "e" * 60}, "help", "p2p", ALICE)
    assert [bot.answer(sent.event()).status for _ in range(2)] == [200, 200]
    assert len(feishu.replies) == 1


@pytest.mark.parametrize(
    ("members", "asked"),
    [
        ({}, 2),
        ({"expire": 10**9}, 2),
        ({"expire": "7200"}, 3),
        ({"expire": True}, 3),
        ({"expire": None}, 3),
        ({"tenant_access_token": ""}, 3),
        ({"tenant_access_token": "t-\u00e9"}, 3),
        ({"tenant_access_token": 7}, 3),
        ({"code": 1}, 3),
    ],
)
def test_only_a_token_of_the_documented_form_is_kept(members: Json, asked: int, cvm: StandIn) -> None:
    """For two hours at most, whatever Feishu says; another answer is no token at all."""
    token = {"code": 0, "tenant_access_token": "t-1", "expire": 7200, **members}
    paths: list[bytes] = []
    seen: set[int] = set()
    feishu_api.forget()

    def serve(peer: socket.socket, _number: int) -> None:
        while request := received(peer):
            paths.append(request.split(b" ")[1])
            peer.sendall(reply(json.dumps(token if b"/auth/" in paths[-1] else {"code": 0}).encode()))

    with server(serve) as running:
        for later in (0, 6500, 6700):
            ambient = AMBIENT._replace(wall=partial(float, NOW + later))
            environ = {**chat.VARIABLES, "FEISHU_ENDPOINT": f"http://{running.host}"}
            with Function(cvm, list(chat.CALLERS), ambient, environ) as bot:
                seen.add(bot.answer(chat.feishu("help", ALICE._replace(now=NOW + later)).event()).status)
    assert sum(b"/auth/" in path for path in paths) == asked
    assert seen == {200 if asked == 2 else 503}
