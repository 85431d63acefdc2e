"""An app gets tokens and replies to messages, is checked in all that it sends, and meets faults on demand."""

from __future__ import annotations

import http.client
import json
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local.feishu import FeishuApi, Options, serve
from local.feishu.__main__ import main, options
from local.feishu.errors import CODES
from local.feishu.faults import KINDS
from local.feishu.server import ROUTES, TOKEN_PATH
from local.tls import Authority
from tests.doubles.clocks import Clock
from tests.local.cvm.test_faults import until

HOST = "open.feishu.cn"
GOOD = {"msg_type": "text", "content": json.dumps({"text": "created 已创建"}), "uuid": "e1"}


class Answer(NamedTuple):
    """A status, and the JSON of the body."""

    status: int
    json: Any


@pytest.fixture
def lark() -> Iterator[FeishuApi]:
    """Yield a stand-in without a limit on replies in one chat."""
    with serve(Options(chat_rate=0)) as stand_in:
        yield stand_in


def post(lark: FeishuApi, path: str, body: object, **headers: str) -> Answer:
    """Post JSON, or bytes as they are, under Feishu's own name."""
    connection = http.client.HTTPConnection("127.0.0.1", lark.port, timeout=60)
    sent = {"Host": HOST, "Content-Type": "application/json; charset=utf-8"}
    sent |= {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request("POST", path, body if isinstance(body, bytes) else json.dumps(body), sent)
        reply = connection.getresponse()
        return Answer(reply.status, json.loads(reply.read()))
    finally:
        connection.close()


def token(lark: FeishuApi, **changes: str) -> Any:
    """Ask for a token with the right secret, unless changed."""
    own = {"app_id": Options().app_id, "app_secret": Options().app_secret, **changes}
    return post(lark, TOKEN_PATH, own).json


def reply(
    lark: FeishuApi, body: object = None, message_id: str = "om_1", bearer: str | None = None
) -> Answer:
    """Reply to a message."""
    bearer = token(lark)["tenant_access_token"] if bearer is None else bearer
    path = f"/open-apis/im/v1/messages/{message_id}/reply"
    return post(lark, path, GOOD if body is None else body, Authorization=f"Bearer {bearer}")


def test_a_message_is_answered(lark: FeishuApi) -> None:
    """The reply is there to be read, and the call is on record without the token."""
    answer = reply(lark)
    assert (answer.status, answer.json["code"]) == (200, 0)
    (sent,) = lark.replies
    assert (sent.message_id, sent.text, sent.uuid) == ("om_1", "created 已创建", "e1")
    assert answer.json["data"]["message_id"] == sent.reply_id
    assert [(call.action, call.code, call.headers["host"]) for call in lark.calls] == [
        ("tenant_access_token", "ok", HOST),
        ("reply", "ok", HOST),
    ]
    assert token(lark)["tenant_access_token"] not in repr(lark.calls)


def test_a_repeat_is_sent_once(lark: FeishuApi) -> None:
    """The same uuid within an hour is the same reply; without one, each is another."""
    first, second = reply(lark).json, reply(lark).json
    assert first["data"]["message_id"] == second["data"]["message_id"]
    for _ in range(2):
        reply(lark, {**GOOD, "uuid": ""})
    assert len(lark.replies) == 3


def test_uuids_and_tokens_end() -> None:
    """After an hour a uuid is new again; a token is renewed in its last half hour, and ends with its life."""
    clock = Clock(1_700_000_000.0)
    with serve(Options(), clock) as lark:
        first = token(lark)
        assert reply(lark, bearer=first["tenant_access_token"]).status == 200
        clock.now += 5000
        assert token(lark) == {**first, "expire": 2200}
        clock.now += 1000
        second = token(lark)
        assert second["tenant_access_token"] != first["tenant_access_token"]
        assert reply(lark, bearer=first["tenant_access_token"]).status == 200
        clock.now += 1200
        assert reply(lark, bearer=first["tenant_access_token"]).json["code"] == 99991663
        assert reply(lark, bearer=second["tenant_access_token"]).status == 200
        assert len(lark.replies) == 2


def test_tokens_can_be_expired(lark: FeishuApi) -> None:
    """All tokens can be expired at once."""
    held = token(lark)["tenant_access_token"]
    lark.expire()
    assert reply(lark, bearer=held).json["code"] == 99991663
    assert reply(lark).status == 200


@pytest.mark.parametrize(
    ("changes", "code"), [({"app_secret": "wrong"}, 10014), ({"app_id": "cli_other"}, 10014)]
)
def test_no_token_for_others(lark: FeishuApi, changes: dict[str, str], code: int) -> None:
    """Only the app with its secret gets one."""
    answer = token(lark, **changes)
    assert (answer["code"], "tenant_access_token" in answer) == (code, False)
    assert post(lark, TOKEN_PATH, b"{").json["code"] == 10003
    assert post(lark, TOKEN_PATH, {"app_id": "x"}).json["code"] == 10003


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 230001),
        (b"[]", 230001),
        ({**GOOD, "content": {"text": "an object"}}, 230001),
        ({**GOOD, "content": "no JSON"}, 230001),
        ({**GOOD, "content": "[]"}, 230001),
        ({**GOOD, "content": '{"text": ""}'}, 230001),
        ({**GOOD, "msg_type": "markdown"}, 230001),
        ({**GOOD, "uuid": "x" * 51}, 230001),
        ({**GOOD, "uuid": 1}, 230001),
        ({**GOOD, "content": json.dumps({"text": "x" * 160_000})}, 230025),
    ],
)
def test_bodies_are_checked(lark: FeishuApi, body: object, code: int) -> None:
    """What Feishu would refuse is refused, and nobody reads it."""
    answer = reply(lark, body)
    assert (answer.status, answer.json["code"]) == (400, code)
    assert lark.replies == []


def test_requests_are_checked(lark: FeishuApi) -> None:
    """So are path, method, host, token and media type."""
    assert reply(lark, bearer="t-wrong").json["code"] == 99991663
    assert reply(lark, bearer="").json["code"] == 99991661
    assert reply(lark, message_id="om.1").json["code"] == 230001
    assert post(lark, "/open-apis/im/v1/messages", GOOD).status == 404
    assert post(lark, TOKEN_PATH, GOOD, Host="example.com").status == 404
    bearer = token(lark)["tenant_access_token"]
    path = "/open-apis/im/v1/messages/om_1/reply"
    plain = post(lark, path, GOOD, Content_Type="text/plain", Authorization=f"Bearer {bearer}")
    assert plain.json["code"] == 230001


def test_rates() -> None:
    """The app and each chat have a limit of their own; a chat's counts whoever asks."""
    clock = Clock(1_700_000_000.0)
    with serve(Options(rate=3, chat_rate=2), clock) as lark:
        lark.chats |= {"om_1": "oc_1", "om_2": "oc_1"}
        messages = ("om_1", "om_2", "om_1")
        codes = [reply(lark, {**GOOD, "uuid": ""}, message).json["code"] for message in messages]
        assert codes == [0, 0, 230020]
        answer = reply(lark, message_id="om_3")
        assert (answer.status, answer.json["code"]) == (429, 99991400)
        clock.now += 1
        assert reply(lark, message_id="om_1").status == 200


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("throttle", 429, 99991400),
        ("chat-throttle", 400, 230020),
        ("token-refused", 400, 99991663),
        ("no-permission", 400, 99991672),
        ("withdrawn", 400, 230011),
        ("error-before", 400, 230002),
        ("internal-error-before", 500, 2200),
        ("delay-after", 200, 0),
        ("dribbled", 200, 0),
    ],
)
def test_faults(lark: FeishuApi, kind: str, status: int, code: int) -> None:
    """Each call can meet each of them, once."""
    lark.fault("reply", kind, code="230002", seconds=0.1)
    answer = reply(lark)
    assert (answer.status, answer.json["code"]) == (status, code)
    assert reply(lark).status == 200
    assert set(map(int, CODES)) >= {code} - {0}


def test_lost_replies(lark: FeishuApi) -> None:
    """A reply can be read in the chat although nobody was told, and can come late."""
    bearer = token(lark)["tenant_access_token"]
    for kind in ("drop-after", "late-write"):
        lark.fault("reply", kind, seconds=0.05)
        with pytest.raises(http.client.RemoteDisconnected):
            reply(lark, {**GOOD, "uuid": kind}, bearer=bearer)
    until(lambda: [sent.uuid for sent in lark.replies] == ["drop-after", "late-write"])


def test_control_routes(lark: FeishuApi) -> None:
    """Other processes see replies, expire tokens and begin anew."""
    assert {*lark.acts(), "GET /_control"} == set(ROUTES)

    def ask(method: str, path: str) -> Any:
        connection = http.client.HTTPConnection(lark.host, timeout=60)
        connection.request(method, "/_control" + path)
        value = json.loads(connection.getresponse().read())
        connection.close()
        return value

    bearer = token(lark)["tenant_access_token"]
    reply(lark, bearer=bearer)
    assert ask("GET", "/replies") == [lark.replies[0]._asdict()]
    ask("POST", "/expire")
    assert reply(lark, bearer=bearer).json["code"] == 99991663
    ask("POST", "/reset")
    assert (lark.replies, lark.calls) == ([], [])


def test_https(tmp_path: Path) -> None:
    """With an authority it speaks HTTPS as both of Feishu's hosts."""
    with serve(Options(authority=Authority(tmp_path))) as lark:
        assert lark.routes == {HOST: lark.tls_port, "open.larksuite.com": lark.tls_port}
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        context.check_hostname = False  # its name is looked up nowhere here; local.tls.route does that
        connection = http.client.HTTPSConnection("127.0.0.1", lark.tls_port, timeout=60, context=context)
        connection.request("POST", TOKEN_PATH, "{}", {"Host": HOST})
        assert json.loads(connection.getresponse().read())["code"] == 10003
        connection.close()


def test_the_command(capsys: pytest.CaptureFixture[str], lark: FeishuApi) -> None:
    """It explains itself, says where it listens, and names a port that is taken."""
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    assert [word for word in (*ROUTES, *KINDS, "--app-secret", "--chat-rate") if word not in shown] == []
    assert main(["--port", str(lark.port)]) == 1
    assert options(["--app-id", "cli_x", "--rate", "0"]) == Options(app_id="cli_x", rate=0)
    with subprocess.Popen(
        [sys.executable, "-m", "local.feishu"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert set(json.loads(process.stdout.readline())) == {"endpoint"}
        process.terminate()
        assert process.wait(120) == 0
