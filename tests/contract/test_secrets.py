"""Whatever secret is put wherever there is room for one: no reply and no log line holds a piece of it."""

from __future__ import annotations

import base64
import contextlib
import io
import itertools
import json
import logging
import re
import urllib.parse
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from handler.chat.platforms import BY_NAME
from local import chat
from local.in_process import Json, public_keys
from tests.conftest import LONG
from tests.fuzz.chats import PROVED, inside, proved
from tests.fuzz.scene import RECORDED, SECRETS, Surroundings, callers, handed_in, signed, stage
from tests.fuzz.values import changed, places
from tests.keys import forms


class Mark(NamedTuple):
    """A planted value, and the part of it that only its owner may see."""

    planted: str
    secret: str

    def leaks_into(self, text: str) -> bool:
        """Say whether a text holds any 15 letters of the secret in a row."""
        return any(self.secret[at : at + 8] in text for at in range(0, len(self.secret) - 7, 8))


def _mark(beginning: str, secret: str) -> Mark:
    return Mark(beginning + secret, secret)


PRIVATE = forms.private_keys()
MARKS = {
    "api-key": _mark("", "Zq7Wv0Rm3Xt9Yb5Nc1Lp8Hs4Jd6Gf2Ka-e_oU"),
    "webhook-secret": _mark("whsec_", forms.b64(forms.filler("webhook secret", 32))),
    "session-token": _mark("eyJhbGciOiJSUzI1NiJ9.", forms.b64(forms.filler("session token", 60))),
    "signature": _mark("v1,", forms.b64(forms.filler("signature", 32))),
    "openssh": Mark(PRIVATE["OpenSSH"], "".join(PRIVATE["OpenSSH"].splitlines()[3:-1])),
    "putty": Mark(PRIVATE["PuTTY"], "".join(PRIVATE["PuTTY"].splitlines()[-6:-1])),
    "one-line": Mark(PRIVATE["PRIVATE KEY"].replace("\n", " "), PRIVATE["PRIVATE KEY"].splitlines()[4]),
}

#: What an audit line says of who sent what from where. Text that does not look like a name or an id is
#: left out of them, and what does may be anything.
NAMES = {"topic", "source", "eventId", "user", "caller", "bucket", "object"}

#: Lines of a chat's answer that tell its sender how a stored tag differs, and who and where they are.
SHOWN = re.compile(
    r"((Differs, tag: |标签不同：).*"
    r"|((Your user|Channel|Team) id: |您的用户 ID：|频道 ID：|团队 ID：)`?[A-Za-z0-9._@-]{1,64}`?$)",
    re.MULTILINE,
)

#: Those that have something of each: a name's letters, base64's letters, many lines.
VARIED = ("api-key", "signature", "openssh")


@pytest.fixture(scope="module")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Yield the function with a caller of every scheme, and everything logged that any library can log."""
    root = logging.getLogger()
    level = root.level
    with stage(tmp_path_factory.mktemp("secrets")) as running, pytest.MonkeyPatch.context() as patch:
        patch.setenv("LOG_LEVEL", "debug")
        root.setLevel(logging.DEBUG)
        yield running
    root.setLevel(level)


def shown(upstream: Surroundings, event: Any) -> str:
    """Return all output of an event: the reply, what people see of it, and the log."""
    upstream.feishu.clear()
    beside = io.StringIO()
    handler = logging.StreamHandler(beside)
    logging.getLogger().addHandler(handler)
    try:
        with contextlib.redirect_stderr(beside):
            reply, written = handed_in(event, {"request_id": "r-1", "time_limit_in_ms": 30_000})
    finally:
        logging.getLogger().removeHandler(handler)
    lines = [json.loads(line) for line in written.splitlines()]
    assert lines or reply["statusCode"] < 400, "a refusal is on record"
    log = [{name: value for name, value in line.items() if name not in NAMES} for line in lines]
    through_api = [_without_what_is_theirs(sent.text) for sent in upstream.feishu.replies]
    return "\n".join([json.dumps(log), beside.getvalue(), *through_api, *_seen(event, reply)])


def _seen(event: Any, reply: Any) -> Iterator[str]:
    if not isinstance(event, dict) or "httpMethod" not in event or "headers" not in event:
        yield json.dumps(_without_what_is_theirs(reply))
        return
    yield json.dumps(reply["headers"])
    if '"encrypt"' in reply["body"]:
        sent = chat.PlatformRequest("POST", "/chat/wecom-bot", {}, {}, "")
        yield _without_what_is_theirs(chat.seen(sent, 200, reply["body"], chat.Sender()))
    elif "json" in reply["headers"]["Content-Type"] and reply["body"]:
        yield json.dumps(_without_what_is_theirs(json.loads(reply["body"])), ensure_ascii=False)
    elif reply["headers"]["Content-Type"] == "text/xml" and reply["body"]:
        sent = chat.PlatformRequest("POST", "/chat/wecom", {}, {}, "")
        yield _without_what_is_theirs(chat.seen(sent, 200, reply["body"], chat.Sender()))
    else:
        yield str(reply["body"])


def _without_what_is_theirs(body: Any) -> Any:
    """Return a body without the parts that the sender may see: tags, and in a chat the ids."""
    if isinstance(body, str):
        return SHOWN.sub("", body)
    if isinstance(body, list):
        return [_without_what_is_theirs(item) for item in body]
    if isinstance(body, dict):
        shown = {"tags", "differences"} if "result" in body else set()
        return {name: _without_what_is_theirs(value) for name, value in body.items() if name not in shown}
    return body


CHANGES: Mapping[str, Callable[[Any, str], Any]] = {
    "instead": lambda _, mark: mark,
    "before": lambda part, mark: f"{mark} {part}" if isinstance(part, str) else None,
    "behind": lambda part, mark: f"{part} {mark}" if isinstance(part, str) else None,
    "member": lambda part, mark: {**part, mark: mark} if isinstance(part, dict) else None,
    "item": lambda part, mark: [*part, mark] if isinstance(part, list) else None,
}


def planted(value: Any, mark: str) -> Iterator[tuple[str, Any]]:
    """Yield the value with the mark in every place in turn: as a text, in one, as a member, as an item."""
    for place, part in places(value):
        where = "/".join("(json)" if step is None else str(step) for step in place)
        for how, change in CHANGES.items():
            if (made := change(part, mark)) is not None:
                yield f"{how} {where}", changed(value, place, made)


def assert_silent(
    upstream: Surroundings, events: Iterator[tuple[str, Any]], name: str, marks: Collection[str]
) -> None:
    """Hand in the events with the mark of this name, and assert that nothing of it or of our own secrets
    comes back.

    Every place gets one of the marks, which take turns; every one of them under `make long`.
    """
    mark = MARKS[name]
    turn = 0 if LONG else [*marks].index(name)
    count = 0
    for where, event in itertools.islice(events, turn, None, 1 if LONG else len(marks)):
        output = shown(upstream, event)
        assert not mark.leaks_into(output), f"{where}: {output}"
        assert not [secret for secret in SECRETS if secret in output], f"{where}: {output}"
        assert public_keys()[0][80:120] not in output, "a key is never repeated"
        count += 1
    assert count


def _encoded(event: Json) -> Json:
    body = base64.b64encode(str(event["body"]).encode()).decode()
    return {**event, "body": body, "isBase64Encoded": True}


@pytest.mark.slow
@pytest.mark.parametrize("mark", VARIED)
@pytest.mark.parametrize("name", RECORDED)
def test_no_place_of_a_recorded_event_leaks(upstream: Surroundings, name: str, mark: str) -> None:
    """Of HTTP, chat and trigger events: every text, every member, every item, in JSON within JSON too."""
    upstream.clear()
    assert_silent(upstream, planted(RECORDED[name], MARKS[mark].planted), mark, VARIED)


WHOLE: Json = {
    "keyName": "onb_alice",
    "publicKey": public_keys()[0],
    "projectId": "0",
    "region": "ap-guangzhou",
    "tags": {"owner": "alice"},
    "dryRun": False,
}


def http(body: Any) -> Json:
    """Return the event of a signed request."""
    text = body if isinstance(body, str) else json.dumps(body)
    return signed({"httpMethod": "POST", "path": "/key-pairs", "headers": {}, "body": text})


def signed_requests(mark: str) -> Iterator[tuple[str, Json]]:
    """Yield requests with the mark in them, signed, and with the mark around what is signed."""
    for where, body in planted(WHOLE, mark):
        yield where, http(body)
        yield f"array {where}", http([WHOLE, body])
    text = json.dumps(WHOLE)
    for at in (0, 1, len(text) - 1, len(text)):
        yield f"letter {at}", http(text[:at] + mark + text[at:])
    for where, event in planted(http(WHOLE), mark):
        yield where, event
        if isinstance(event, dict) and isinstance(event.get("body"), str):
            yield f"base64 {where}", _encoded(event)
    for name in ("Authorization", "Cookie", "traceparent", "X-Request-Id", "Content-Type", "webhook-id"):
        for value in (mark, f"Bearer {mark}", f"Token {mark}", [mark, mark], {mark: mark}):
            event = http(WHOLE)
            yield f"header {name}", {**event, "headers": {**event["headers"], name: value}}


@pytest.mark.slow
@pytest.mark.parametrize("mark", MARKS)
def test_no_place_of_a_signed_request_leaks(upstream: Surroundings, mark: str) -> None:
    """Also behind the proof of who calls, where the schema, the key gate, the policy and CVM speak."""
    upstream.clear()
    assert_silent(upstream, signed_requests(MARKS[mark].planted), mark, MARKS)


TYPED = ["{}", "help {}", "check {}", "import {}", "import {} KEY", "import alice {}", "import alice {} KEY"]
TYPED += ["import alice KEY {}", "import alice KEY project={}", "import alice KEY region={}", "check KEY {}"]
TYPED += [
    "import alice KEY tag:owner={}",
    "import alice KEY tag:{}=a",
    "import alice KEY --{}",
    "{} alice KEY",
]


def chat_messages(mark: str) -> Iterator[tuple[str, Json]]:
    """Yield messages of each platform with the mark in their text, and in every field of their forms."""
    for text in TYPED:
        typed = text.replace("KEY", public_keys()[0]).replace("{}", mark)
        for platform in BY_NAME:
            yield f"{platform} {text}", chat.PLAYERS[platform](typed, chat.Sender()).event()
    for platform in ("slack", "mattermost"):
        request = chat.PLAYERS[platform]("help", chat.Sender())
        fields = dict(urllib.parse.parse_qsl(request.body))
        for name in fields:
            body = urllib.parse.urlencode({**fields, name: mark})
            made = chat.slack_signed(body, chat.Sender()) if platform == "slack" else request
            yield f"{platform} {name}", {**made.event(), "body": body}
    for name in ("FromUserName", "ToUserName", "MsgType", "Content", "MsgId", "AgentID", "Other"):
        yield f"wecom {name}", chat.wecom_sealed(_message(**{name: mark}), chat.Sender()).event()
    for platform in PROVED:
        for typed in ("help", f"import alice {public_keys()[0]}"):
            for where, message in planted(inside(platform, typed, chat.Sender()), mark):
                yield f"{platform} {where}", proved(platform, message, chat.Sender())


def _message(**changed_to: str) -> str:
    message = {
        "ToUserName": chat.CORPORATION,
        "FromUserName": "alice",
        "CreateTime": "1700000000",
        "MsgType": "text",
        "Content": "help",
        "MsgId": "1",
        "AgentID": "1000002",
        **changed_to,
    }
    return f"<xml>{''.join(f'<{name}><![CDATA[{text}]]></{name}>' for name, text in message.items())}</xml>"


@pytest.mark.slow
@pytest.mark.parametrize("mark", MARKS)
def test_no_place_of_a_chat_message_leaks(upstream: Surroundings, mark: str) -> None:
    """What somebody types or pastes into a chat, and every field that the platform adds."""
    upstream.clear()
    assert_silent(upstream, chat_messages(MARKS[mark].planted), mark, MARKS)


VARIABLES = [
    "CVM_ENDPOINT",
    "DEFAULT_REGION",
    "TIME_BUDGET_MS",
    "MIN_RSA_BITS",
    "PROBLEM_BASE_URL",
    "LOG_LEVEL",
]
VARIABLES += ["BASE_PATH", "CALLERS_FILE", "WEBHOOK_SECRET", "TENCENTCLOUD_SECRETID", *chat.VARIABLES]


def _everything_asked() -> Iterator[tuple[str, Any]]:
    yield "health", {"httpMethod": "GET", "path": "/health", "headers": {}}
    yield "signed", http(WHOLE)
    yield "invoke", WHOLE
    for platform in BY_NAME:
        yield platform, chat.PLAYERS[platform]("help", chat.Sender()).event()


@pytest.mark.slow
@pytest.mark.parametrize("mark", VARIED)
@pytest.mark.parametrize("name", VARIABLES)
def test_no_setting_leaks(
    upstream: Surroundings, monkeypatch: pytest.MonkeyPatch, name: str, mark: str
) -> None:
    """A secret that landed in the wrong variable is named by that variable alone."""
    monkeypatch.setenv(name, MARKS[mark].planted)
    assert_silent(upstream, _everything_asked(), mark, [mark])


@pytest.mark.slow
@pytest.mark.parametrize("mark", MARKS)
def test_no_place_of_the_callers_file_leaks(
    upstream: Surroundings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, mark: str
) -> None:
    """A secret that somebody wrote into the file, where only the name of a variable belongs."""
    file = tmp_path / "callers.json"
    monkeypatch.setenv("CALLERS_FILE", str(file))

    def events() -> Iterator[tuple[str, Any]]:
        for where, content in planted({"callers": callers()}, MARKS[mark].planted):
            if "requiredTags" in where:
                # Whoever lacks a tag is told which one.
                continue
            file.write_text(json.dumps(content), encoding="utf-8")
            yield f"{where} health", {"httpMethod": "GET", "path": "/health", "headers": {}}
            yield f"{where} signed", http(WHOLE)

    assert_silent(upstream, events(), mark, MARKS)
