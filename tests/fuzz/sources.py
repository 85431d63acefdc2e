"""Events as anybody may send them: most are close to right, since noise never comes past the first check."""

from __future__ import annotations

import base64
import json
from typing import Any

from hypothesis import strategies as st

from handler.chat.platforms import BY_PATH
from local import chat
from local.in_process import API_KEY, Json
from tests.fuzz.bodies import KEYS, damaged_keys, json_texts, requests
from tests.fuzz.chats import PROVED, inside, proved
from tests.fuzz.scene import MESSAGE_ID, RECORDED, signed
from tests.fuzz.values import ANYTHING, MOSTLY, TEXTS, broken
from tests.handler.triggers import samples

METHODS = ["POST", "GET", "HEAD", "OPTIONS", "PUT", "post", "TRACE", "", "P\u014fST", "A" * 9_000]
PATHS = [
    *("/key-pairs", "/", "/health", "/openapi.json", *BY_PATH, ""),
    *("/key-pairs/", "//", "/KEY-PAIRS", "/key-pairs?x=1", "/%6bey-pairs", "key-pairs", "/chat/", "/\ud800"),
]
ROUTES = st.one_of(
    st.sampled_from([("GET", "/health"), ("HEAD", "/health"), ("GET", "/openapi.json"), ("OPTIONS", "/")]),
    st.tuples(st.sampled_from(METHODS), st.sampled_from(PATHS)),
)
HEADERS = [
    *(
        "authorization",
        "Authorization",
        "content-type",
        "Content-Type",
        "traceparent",
        "x-request-id",
        "host",
    ),
    *("webhook-id", "webhook-timestamp", "webhook-signature", "x-slack-signature", "content-length"),
    *("timestamp", "sign", "x-lark-signature", "x-signature-ed25519", "x-signature-timestamp"),
]
HEADER_VALUES = st.one_of(
    st.sampled_from(["application/json", "text/plain", "application/json; charset=latin-1"]),
    st.sampled_from([MESSAGE_ID, f"Bearer {API_KEY}", "00-" + "1" * 32 + "-" + "2" * 16 + "-01"]),
    TEXTS,
    st.lists(TEXTS, max_size=3),
    ANYTHING,
)


@st.composite
def http_events(draw: st.DrawFn) -> Json:
    """Return an HTTP event, most of them with a proof of who calls."""
    text: Any = draw(json_texts() if draw(MOSTLY) else ANYTHING)
    method, path = ("POST", "/key-pairs") if draw(MOSTLY) else draw(ROUTES)
    event: Json = {"httpMethod": method, "path": path, "headers": {}, "body": text}
    if isinstance(text, str) and not draw(MOSTLY):
        encoded = base64.b64encode(text.encode("utf-8", "surrogatepass")).decode()
        event["body"] = encoded + draw(st.sampled_from(["", "", "", "=", "*"]))
        event["isBase64Encoded"] = draw(st.sampled_from([True, "true", "false", "TRUE", 1, None]))
    proof = draw(st.sampled_from(["key", "key", "key", "signature", "signature", "none"]))
    if proof == "key":
        event["headers"] = {"authorization": f"Bearer {API_KEY}"}
    if proof == "signature" and isinstance(event["body"], str) and "isBase64Encoded" not in event:
        event = signed(event)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2, 4]))):
        event["headers"][draw(st.sampled_from([*HEADERS, "\0", "é"]))] = draw(HEADER_VALUES)
    if not draw(MOSTLY):
        event[draw(st.sampled_from([*event, "queryString", "queryStringParameters"]))] = draw(ANYTHING)
    return event


WORDS = st.one_of(
    st.sampled_from(
        ["import", "check", "help", "alice", "IMPORT", "“alice”", "<mailto:a@b|a@b>", "`", "```"]
    ),
    st.sampled_from(
        ["project=1001", "region=ap-shanghai", "tag:owner=alice", "--dry-run", "project=", "tag:="]
    ),
    st.sampled_from(KEYS),
    TEXTS,
)


@st.composite
def commands(draw: st.DrawFn) -> str:
    """Return what somebody types: a command, or words in any order."""
    words = draw(st.lists(WORDS, max_size=5))
    if draw(st.booleans()):
        key = draw(st.one_of(st.sampled_from(KEYS), damaged_keys()))
        words = [draw(st.sampled_from(["import alice", "check"])), key, *words]
    elif draw(st.booleans()):
        words = [draw(st.sampled_from(["show alice", "查看alice", "show", "invite alice"])), *words]
    typed = draw(st.sampled_from([" ", "  ", "\n", "\u00a0"])).join(words)
    # No platform sends half pairs, and XML 1.0 has no place for the other control characters.
    typed = typed.encode("utf-8", "replace").decode()
    return "".join(letter for letter in typed if letter >= " " or letter in "\t\n")


@st.composite
def chat_events(draw: st.DrawFn) -> Json:
    """Return what a chat platform sends, most of them with its proof."""
    user = draw(st.sampled_from(["alice", "U0ALICE", "张三", "a b", "", "x" * 200]))
    sender, player = chat.Sender(user=user), draw(st.sampled_from(sorted(chat.PLAYERS)))
    event = chat.PLAYERS[player](draw(commands()), sender).event()
    if player in PROVED and not draw(MOSTLY):
        event = proved(player, draw(broken(inside(player, draw(commands()), sender))), sender)
    while not draw(MOSTLY):
        event = draw(broken(event))
    return event


@st.composite
def recorded_events(draw: st.DrawFn) -> Any:
    """Return a recorded event in which a few things are wrong."""
    event = RECORDED[draw(st.sampled_from(sorted(RECORDED)))]
    for _ in range(draw(st.integers(0, 3))):
        event = draw(broken(event))
    return event


@st.composite
def delivered_events(draw: st.DrawFn) -> Any:
    """Return what a trigger delivers: messages, an event, a timer's text, or a direct Invoke."""
    source = draw(st.sampled_from(["ckafka", "eventbridge", "timer", "invoke", "items", "timer-items"]))
    event: Any
    if source in ("ckafka", "eventbridge"):
        bodies = draw(st.lists(st.one_of(json_texts(), json_texts(), ANYTHING), min_size=1, max_size=3))
        event = samples.ckafka(bodies, "new-hires" if draw(MOSTLY) else "other")
        if source == "eventbridge":
            wrapped = [samples.cloud_event(body) for body in bodies]
            event = wrapped[0] if draw(st.booleans()) else {"EventList": wrapped}
    elif source in ("timer", "invoke"):
        event = samples.timer(draw(json_texts())) if source == "timer" else draw(requests())
    else:
        event = {"items": draw(st.lists(st.one_of(requests(), requests(), ANYTHING), max_size=3))}
        event = event if source == "items" else samples.timer(json.dumps(event))
    return event if draw(MOSTLY) else draw(broken(event))


@st.composite
def events(draw: st.DrawFn) -> Any:
    """Return an event of any source, or of none."""
    kinds = [http_events()] * 8 + [recorded_events()] * 5 + [delivered_events()] * 4 + [chat_events()] * 3
    return draw(draw(st.sampled_from([*kinds, ANYTHING])))


#: What SCF passes beside an event; a time limit under a second would be one that nobody sets.
CONTEXTS = st.one_of(
    st.just({"request_id": "r-1", "time_limit_in_ms": 30_000}),
    st.builds(
        lambda name, limit: {"request_id": name, "time_limit_in_ms": limit},
        ANYTHING,
        st.sampled_from([None, "", "3000", 0, -1, 30, 1e9]),
    ),
    st.sampled_from([None, [], "context", 0, {}]),
)
