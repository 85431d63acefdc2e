"""WeCom: signature, envelope, the check of the URL, reply."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.callers.caller import Known
from handler.chat import wecom, wecom_cipher, wecom_xml
from handler.chat.message import Probe, Proof, Typed
from handler.chat.wording import Fact, Text
from handler.http import Body, HttpRequest
from handler.problems import Unauthenticated
from local import chat
from tests.handler.chat.scene import ALICE, AMBIENT, NOW, call, entry, known, request
from tests.handler.chat.vectors import CHECK, ECHO, HELLO, TEST, Envelope


def proved(asked: HttpRequest, body: Body, callers: tuple[Known, ...], now: float) -> Proof | str:
    """Return the message that a request proves to be, or the text of a check of the URL."""
    answered: Any = wecom.verify if asked.method == "POST" else wecom.url_check
    found: Proof | str = answered(asked, body, callers, AMBIENT._replace(wall=lambda: now))
    return found


def verified(sent: chat.PlatformRequest, *callers: Any, now: float = NOW, **changes: Any) -> Proof | str:
    """Return what a request proves to be."""
    return proved(*request(sent, **changes), known(*callers), now)


def proof(sent: chat.PlatformRequest, *callers: Any, **changes: Any) -> Proof:
    """Return what a request proves to be a message."""
    found = verified(sent, *callers, **changes)
    assert isinstance(found, Proof)
    return found


def cause(sent: chat.PlatformRequest, *callers: Any, **changes: Any) -> str:
    """Return why a request is refused."""
    with pytest.raises(Unauthenticated) as refused:
        verified(sent, *callers, **changes)
    return refused.value.cause


def asked_by(envelope: Envelope, **event: Any) -> Proof | str:
    """Return what a published message proves to be, at its time, for its app."""
    callers = known(
        entry("wecom", receiveId=envelope.receive_id),
        environ={"WECOM_TOKEN": envelope.token, "WECOM_ENCODING_AES_KEY": envelope.aes_key},
    )
    sent = chat.PlatformRequest("POST", "/chat/wecom", envelope.query, {}, "")
    return proved(*request(sent, **event), callers, float(envelope.timestamp))


@pytest.mark.parametrize("envelope", [ECHO, CHECK])
@pytest.mark.parametrize(
    "encode",
    [str, lambda text: text.replace("+", " "), lambda text: text.replace("+", "%2B").replace("/", "%2F")],
)
def test_the_official_check_of_a_url_is_answered(envelope: Envelope, encode: Any) -> None:
    """The published check is answered with the text in it, however the gateway left its base64."""
    query = {**envelope.query, "echostr": encode(envelope.encrypted)}

    for method in ("GET", "HEAD"):
        text = asked_by(envelope, httpMethod=method, queryString=query, body=None)
        assert text == envelope.message or (envelope is CHECK and isinstance(text, str))


@pytest.mark.parametrize(("envelope", "user"), [(HELLO, "mycreate"), (TEST, "messense")])
def test_an_official_message_is_read(envelope: Envelope, user: str) -> None:
    """The published message is proved, opened, and read as what it says."""
    body = (
        f"<xml>\n<ToUserName><![CDATA[{envelope.receive_id}]]></ToUserName>"
        f"<Encrypt><![CDATA[{envelope.encrypted}]]></Encrypt>\n<AgentID><![CDATA[218]]></AgentID>\n</xml>"
    )
    found = asked_by(envelope, body=body)
    assert isinstance(found, Proof)
    typed = wecom.command(found)

    assert isinstance(typed, Typed)
    assert (typed.user, typed.text) == (user, envelope.message)


def test_what_is_typed_is_read() -> None:
    """User and text come out of the envelope, line ends included; there is no channel and no team."""
    typed = wecom.command(proof(chat.wecom("import a ]]> <b>\nü", ALICE)))

    assert isinstance(typed, Typed)
    assert typed[1:6] == ("U0ALICE", "import a ]]> <b>\nü", "", "", "")
    assert [candidate.caller.id for candidate in typed.candidates] == ["wecom"]


@pytest.mark.parametrize("play", [chat.wecom, chat.wecom_check])
def test_five_minutes_either_way_are_in_time(play: Any) -> None:
    """A clock may be five minutes off; messages and checks that are older, or newer, are refused."""
    sent = play("help", ALICE)

    for late in (-300.0, 0.0, 300.0):
        assert verified(sent, now=NOW + late)
    for late in (-301.0, 301.0, 1e9):
        assert cause(sent, now=NOW + late) == "stale-timestamp"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"msg_signature": None}, "missing-parameter"),
        ({"nonce": None}, "missing-parameter"),
        ({"timestamp": None}, "bad-timestamp"),
        ({"timestamp": "1e9"}, "bad-timestamp"),
        ({"timestamp": "1700000000000000"}, "bad-timestamp"),
        ({"timestamp": str(int(NOW) + 1)}, "bad-signature"),
        ({"nonce": "7"}, "bad-signature"),
        ({"nonce": ["1", "2"]}, "missing-parameter"),
        ({"msg_signature": "0" * 40}, "bad-signature"),
        ({"msg_signature": "ü"}, "bad-signature"),
        ({"msg_signature": "\ud800"}, "bad-signature"),
        ({"msg_signature": 7}, "missing-parameter"),
        ({"msg_signature": True}, "missing-parameter"),
    ],
)
@pytest.mark.parametrize("play", [chat.wecom, chat.wecom_check])
def test_hostile_parameters_are_refused(play: Any, query: dict[str, Any], expected: str) -> None:
    """Missing, twice, not a number, wrong: one refusal, each with its cause."""
    sent = play("help", ALICE)
    changed = {name: value for name, value in {**sent.query, **query}.items() if value is not None}

    assert cause(sent, queryString=changed) == expected


def test_a_changed_message_is_refused() -> None:
    """The signature is over the ciphertext: nothing of it can be changed, cut off or exchanged."""
    sent = chat.wecom("help", ALICE)
    other = chat.wecom("import a", ALICE)
    encrypted = wecom_xml.parse(sent.body.encode())["Encrypt"]

    assert cause(sent, body=other.body) == "bad-signature"
    assert cause(sent, body=sent.body.replace(encrypted, encrypted[:-4])) == "bad-signature"
    assert cause(sent, body=sent.body.replace(encrypted, "")) == "missing-parameter"
    assert cause(sent, body=sent.body.replace("Encrypt", "encrypt")) == "missing-parameter"
    assert cause(sent, body=sent.body.replace("</xml>", "<Encrypt>x</Encrypt></xml>")) == "missing-parameter"
    assert cause(sent, body=sent.body[:-1]) == "missing-parameter"
    assert cause(sent, body="") == "missing-parameter"
    assert cause(sent, body={"xml": 1}) == "body-not-text"
    assert cause(sent, body='<!DOCTYPE xml [<!ENTITY a "b">]>' + sent.body) == "missing-parameter"
    assert (
        cause(sent, body=base64.b64encode(b"<xml>\xff</xml>").decode(), isBase64Encoded=True)
        == "missing-parameter"
    )


def sealed(encrypted: bytes) -> chat.PlatformRequest:
    """Return a request with any ciphertext, signed with the right token."""
    parts = (ALICE.timestamp().encode(), b"7", encrypted)
    signature = wecom_cipher.sign(chat.VARIABLES["WECOM_TOKEN"].encode(), *parts).decode()
    query = {"msg_signature": signature, "timestamp": ALICE.timestamp(), "nonce": "7"}
    return chat.PlatformRequest(
        "POST", "/chat/wecom", query, {}, wecom_xml.serialize({"Encrypt": encrypted.decode()})
    )


@pytest.mark.parametrize(
    ("encrypted", "expected"),
    [
        (b"AAA", "bad-base64"),
        (b"!!!!", "bad-ciphertext"),
        (base64.b64encode(bytes(16)), "bad-ciphertext"),
        (base64.b64encode(bytes(64)), "bad-padding"),
    ],
)
def test_what_is_signed_and_no_envelope_is_refused(encrypted: bytes, expected: str) -> None:
    """Who knows the token alone proves nothing: the ciphertext has to be whole, too."""
    assert cause(sealed(encrypted)) == expected


def test_a_message_for_somebody_else_is_refused() -> None:
    """The receiver in the envelope decides; the one outside is not signed."""
    assert cause(chat.wecom("help", ALICE._replace(team="ww00000000000000b2"))) == "wrong-receiver"
    assert cause(chat.wecom_check("1", ALICE._replace(team="ww00000000000000b2"))) == "wrong-receiver"
    sent = chat.wecom("help", ALICE)
    assert verified(sent, body=sent.body.replace(chat.CORPORATION, "ww00000000000000b2"))


def test_of_apps_with_one_token_the_one_that_can_open_it_is_meant() -> None:
    """Where two apps have the same token, key and receiver say whose message it is."""
    other = {**entry("wecom", receiveId="ww00000000000000b2"), "id": "other"}
    sent = chat.wecom("help", ALICE)

    assert [candidate.caller.id for candidate in proof(sent, other, entry("wecom")).candidates] == ["wecom"]
    assert [candidate.caller.id for candidate in proof(sent, entry("wecom"), other).candidates] == ["wecom"]
    assert cause(sent, other, entry("slack")) == "wrong-receiver"
    assert cause(sent, entry("slack")) == "bad-signature"


def test_a_check_that_is_no_text_is_refused() -> None:
    """The answer to a check is text; what is none is not answered."""
    encrypted = wecom_cipher.seal(
        base64.b64decode(chat.VARIABLES["WECOM_ENCODING_AES_KEY"] + "="),
        b"\xff\xfe",
        chat.CORPORATION.encode(),
        bytes(16),
    )
    sent = sealed(encrypted)

    assert (
        cause(sent, httpMethod="GET", queryString={**sent.query, "echostr": encrypted.decode()}) == "bad-echo"
    )


@given(st.text(), st.text(), st.text(), st.binary())
def test_nothing_unsigned_is_accepted(signature: str, timestamp: str, nonce: str, content: bytes) -> None:
    """Whatever parameters and bytes a stranger sends, it is a refusal and no other error."""
    query = {"msg_signature": (signature,), "timestamp": (timestamp,), "nonce": (nonce,), "echostr": (nonce,)}
    for method in ("GET", "POST"):
        asked = HttpRequest(method, "/chat/wecom", {}, query, None, encoded=False)
        with pytest.raises(Unauthenticated):
            wecom.verify(asked, Body(content, content), known(), AMBIENT)


@pytest.mark.parametrize(
    "message",
    [
        "no xml",
        "",
        "<!DOCTYPE xml><xml><FromUserName>alice</FromUserName></xml>",
        "<xml><MsgType>text</MsgType><Content>help</Content></xml>",
        "<xml><FromUserName>alice</FromUserName><MsgType>event</MsgType><Event>enter_agent</Event></xml>",
    ],
)
def test_what_nobody_typed_is_answered_with_nothing(message: str) -> None:
    """An event, and what cannot be answered to anybody, gets an empty 200, so that it is not repeated."""
    assert wecom.command(proof(chat.wecom_sealed(message, ALICE))) == Probe("")


def test_a_picture_is_an_empty_text() -> None:
    """A message without text is no command, and is answered with how to write one."""
    message = "<xml><FromUserName>alice</FromUserName><MsgType>image</MsgType><PicUrl>x</PicUrl></xml>"
    typed = wecom.command(proof(chat.wecom_sealed(message, ALICE)))

    assert isinstance(typed, Typed)
    assert (typed.user, typed.text) == ("alice", "")


def rendered(text: Text, user: str = "alice") -> dict[str, Any]:
    """Return the reply to somebody."""
    typed = wecom.command(proof(chat.wecom("help", ALICE._replace(user=user))))
    assert isinstance(typed, Typed)
    return wecom.render(text, typed, call())


def test_a_reply_is_encrypted_for_its_sender() -> None:
    """A reply is an envelope with a signature of its own; in it is plain text, a line of it Chinese."""
    text = Text("created", "Imported as a_b.", (Fact("Key id", "skey-1"), "A & b ]]> <c>."))
    reply = rendered(text)
    outside = wecom_xml.parse(reply["body"].encode())
    receiver = chat.CORPORATION.encode()
    key = base64.b64decode(chat.VARIABLES["WECOM_ENCODING_AES_KEY"] + "=")
    message, fault = wecom_cipher.unseal(key, outside["Encrypt"].encode(), receiver)

    assert (reply["statusCode"], reply["headers"]["Content-Type"]) == (200, "text/xml")
    assert reply["body"].isascii()
    assert sorted(outside) == ["Encrypt", "MsgSignature", "Nonce", "TimeStamp"]
    assert outside["TimeStamp"] == str(int(NOW))
    assert outside["Nonce"].isdigit()
    assert fault == ""
    assert wecom_xml.parse(message) == {
        "ToUserName": "alice",
        "FromUserName": chat.CORPORATION,
        "CreateTime": str(int(NOW)),
        "MsgType": "text",
        "Content": "Imported as a_b.\nKey id: skey-1\nA & b ]]> <c>.",
    }
    assert chat.seen(chat.wecom("", ALICE), 200, reply["body"], ALICE).startswith("Imported")


def test_no_two_replies_are_the_same() -> None:
    """Random bytes and nonce are new in each reply, from the operating system."""
    text = Text("help", "a", ())

    assert len({rendered(text)["body"] for _ in range(20)}) == 20


def test_a_long_reply_ends_between_two_characters() -> None:
    """WeCom cuts off after 2048 bytes; the reply is never longer, and every character of it whole."""
    reply = rendered(Text("refused", "一" * 2000, ()))
    seen = chat.seen(chat.wecom("", ALICE), 200, reply["body"], ALICE)

    assert 2046 <= len(seen.encode()) <= 2048
    assert seen.endswith("一")
