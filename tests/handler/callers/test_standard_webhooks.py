"""Standard Webhooks signatures: the published vector, every way to break it, and rotation."""

from __future__ import annotations

import base64
import secrets as randomness
from datetime import datetime, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from handler.callers import api_key, standard_webhooks
from handler.callers.allow import Allow
from handler.callers.caller import Caller, Known
from handler.problems import Misconfigured, Unauthenticated

# The vector of the reference library's tests
# (https://github.com/standard-webhooks/standard-webhooks/blob/main/libraries/python/tests/test_webhooks.py).
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIME = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
# The same message signed with Ed25519, which this function does not take.
ASYMMETRIC = "v1a,fldxM4gAKugP6nnt1hdz3sgGfZ6d99nzrMFnZOELIxbzEHoVmAb2ADpkJK7zgPePmPsle0zV9jSeGlHFG2NVAw=="

OTHER = "whsec_" + base64.b64encode(b"other" * 6).decode()


def known(*secrets: str, name: str = "onboarding") -> Known:
    """Return a caller with these secrets."""
    auth = standard_webhooks.StandardWebhooks(tuple(f"SECRET_{i}" for i in range(len(secrets))))
    environ = {f"SECRET_{i}": secret for i, secret in enumerate(secrets)}
    return Known(Caller(name, auth, Allow(), {}), auth.secrets(name, environ))


def headers(**changed: tuple[str, ...] | str | None) -> dict[str, tuple[str, ...]]:
    """Return the vector's headers, some of them changed, or left out where None."""
    values: dict[str, Any] = {"id": ID, "timestamp": str(TIME), "signature": SIGNATURE, **changed}
    return {
        f"webhook-{name}": value if isinstance(value, tuple) else (value,)
        for name, value in values.items()
        if value is not None
    }


def verdict(
    sent: dict[str, tuple[str, ...]], *callers: Known, body: bytes | None = BODY, now: float = TIME
) -> str:
    """Return the id of the caller that is recognised, or the cause why there is none."""
    found = standard_webhooks.verify(sent, body, callers or (known(SECRET),), now)
    return found.cause if isinstance(found, Unauthenticated) else found.id


def sign(secret: str, body: bytes = BODY, message_id: str = ID, time: int = TIME) -> str:
    """Return a signature as the reference library makes it."""
    return Webhook(secret).sign(message_id, datetime.fromtimestamp(time, timezone.utc), body.decode())


def test_published_vector_is_recognised() -> None:
    """The published vector proves the caller whose secret it was made with."""
    assert verdict(headers()) == "onboarding"


def test_every_single_bit_of_a_request_counts() -> None:
    """If any single bit of id, timestamp, signature or body is changed, no caller is recognised."""
    for name in ("id", "timestamp", "signature"):
        octets = headers()[f"webhook-{name}"][0].encode()
        for changed in flipped(octets):
            assert verdict(headers(**{name: changed.decode("latin-1")})) != "onboarding"
    for changed in flipped(BODY):
        assert verdict(headers(), body=changed) == "bad-signature"


def flipped(octets: bytes) -> list[bytes]:
    """Return the same bytes with each of their bits changed, one at a time."""
    return [
        bytes((*octets[:at], octets[at] ^ 1 << bit, *octets[at + 1 :]))
        for at in range(len(octets))
        for bit in range(8)
    ]


def test_every_single_bit_of_a_secret_counts() -> None:
    """With a secret that differs in one bit, no caller is recognised."""
    for changed in flipped(base64.b64decode(SECRET[6:])):
        assert verdict(headers(), known("whsec_" + base64.b64encode(changed).decode())) == "bad-signature"


@pytest.mark.parametrize("offset", [-300, -299, 0, 299, 300])
def test_clock_may_be_five_minutes_off_either_way(offset: int) -> None:
    """A timestamp up to and including five minutes old or ahead is fresh."""
    assert verdict(headers(), now=TIME + offset) == "onboarding"


@pytest.mark.parametrize("offset", [-1e9, -301, -300.001, 300.001, 301, 1e9])
def test_clock_further_off_is_stale(offset: float) -> None:
    """A timestamp further off than five minutes, past or future, is stale however well it is signed."""
    assert verdict(headers(), now=TIME + offset) == "stale-timestamp"


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        " 1614265330",
        "1614265330 ",
        "+1614265330",
        "-1614265330",
        "1614265330.0",
        "1_614_265_330",
        "now",
        "1614265330\n",
        "0x60379832",
        "1e9",
        "１６１４２６５３３０",
        "1614265330000",
        "9" * 4000,
        "١٦١٤٢٦٥٣٣٠",
    ],
)
def test_timestamp_is_whole_seconds_in_ascii_digits(timestamp: str) -> None:
    """Anything but up to twelve ASCII digits is no timestamp, even if it was signed."""
    signed = b".".join((ID.encode(), timestamp.encode(), BODY))
    signature = standard_webhooks.sign(base64.b64decode(SECRET[6:]), signed).decode()
    assert verdict(headers(timestamp=timestamp, signature=f"v1,{signature}")) == "bad-timestamp"


def test_timestamp_may_have_twelve_digits() -> None:
    """A clock of twelve digits is a timestamp, and stale rather than bad."""
    assert verdict(headers(timestamp="999999999999")) == "stale-timestamp"


@pytest.mark.parametrize(
    ("message_id", "cause"),
    [
        ("", "bad-message-id"),
        ("msg.1", "bad-message-id"),
        (".", "bad-message-id"),
        ("m" * 257, "bad-message-id"),
        ("m" * 256, "onboarding"),
        ("m", "onboarding"),
        ("消息", "bad-message-id"),
        ("\ud800", "bad-message-id"),
    ],
)
def test_message_id_has_no_dot_and_an_end(message_id: str, cause: str) -> None:
    """An id has 1 to 256 ASCII characters and no dot: a signature stands for one message."""
    signed = b".".join((message_id.encode("utf-8", "surrogatepass"), str(TIME).encode(), BODY))
    signature = standard_webhooks.sign(base64.b64decode(SECRET[6:]), signed).decode()
    assert verdict(headers(id=message_id, signature=f"v1,{signature}")) == cause


def test_signature_of_one_message_does_not_stand_for_another() -> None:
    """Moving a part of the body into the timestamp, or of the id into it, proves nothing."""
    body = b"1614265330.x"
    signature = sign(SECRET, body, message_id="a", time=TIME)
    assert verdict(headers(id="a", signature=signature), body=body) == "onboarding"
    assert verdict(headers(id=f"a.{TIME}", signature=signature), body=b"x") == "bad-message-id"


@pytest.mark.parametrize("name", ["id", "timestamp", "signature"])
@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (None, "missing-header"),
        ((), "header-not-text"),
        (("same", "same"), "repeated-header"),
        (("é" * 2049,), "header-too-long"),
        (("x" * 4097,), "header-too-long"),
    ],
)
def test_hostile_headers_recognise_nobody(name: str, value: tuple[str, ...] | None, cause: str) -> None:
    """Each header must be there once, as text of at most 4 KiB."""
    assert verdict(headers(**{name: value})) == cause


def test_repeating_a_right_header_recognises_nobody() -> None:
    """A repeated header is refused even if both values are right: a proxy may have looked at either."""
    for name, (value,) in headers().items():
        assert verdict({**headers(), name: (value, value)}) == "repeated-header"


@pytest.mark.parametrize(
    "signature",
    [
        "",
        " ",
        ",",
        "v1",
        "v1,",
        "garbage",
        "v1,a,b",
        ASYMMETRIC,
        "v2" + SIGNATURE[2:],
        "V1" + SIGNATURE[2:],
        "v1, " + SIGNATURE[3:],
        SIGNATURE[3:],
        "v1=" + SIGNATURE[3:],
        SIGNATURE[:-1],
        SIGNATURE + "=",
        SIGNATURE + "\n",
        "v1," + SIGNATURE[3:].lower(),
        "v1,é",
        "\ud800",
        SIGNATURE.replace(",", ";"),
        SIGNATURE.replace(",", "\t"),
        "v1,\0",
        "v1," + "A" * 4000,
        " " * 4096,
        "v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    ],
)
def test_signature_that_is_none_recognises_nobody(signature: str) -> None:
    """Text that is no v1 signature of this message proves no caller, and raises nothing else."""
    assert verdict(headers(signature=signature)) in {"bad-signature", "too-many-signatures"}


def test_signature_counts_bit_by_bit_also_where_base64_does_not() -> None:
    """The last letter's spare bits count too: each signature has one spelling."""
    respelt = SIGNATURE[:-2] + "F="
    assert base64.b64decode(respelt[3:]) == base64.b64decode(SIGNATURE[3:])
    assert verdict(headers(signature=respelt)) == "bad-signature"


def test_unknown_versions_are_skipped() -> None:
    """Signatures of other versions and plain nonsense beside the right one do no harm."""
    for others in (ASYMMETRIC, "v9,x", "nonsense", "", "v1,wrong"):
        assert verdict(headers(signature=f"{others} {SIGNATURE}")) == "onboarding"
        assert verdict(headers(signature=f"{SIGNATURE} {others}")) == "onboarding"


@pytest.mark.parametrize("version", ["v1a", "v10", "v2", "V1", "v", ""])
def test_right_signature_of_another_version_proves_nothing(version: str) -> None:
    """Only an entry that begins with `v1` counts as one, whatever follows the comma."""
    assert verdict(headers(signature=version + SIGNATURE[2:])) == "bad-signature"


def test_up_to_eight_signatures_are_looked_at() -> None:
    """The right one may be the eighth; nine are too many, whichever is right."""
    assert verdict(headers(signature="v1,x " * 7 + SIGNATURE)) == "onboarding"
    assert verdict(headers(signature=SIGNATURE + " v1,x" * 7)) == "onboarding"
    assert verdict(headers(signature="v1,x " * 8 + SIGNATURE)) == "too-many-signatures"
    assert verdict(headers(signature=SIGNATURE + " v1,x" * 8)) == "too-many-signatures"


def test_body_that_is_not_text_has_no_signature() -> None:
    """A body whose bytes are lost proves nothing, not even a signature over no bytes."""
    assert verdict(headers(), body=None) == "body-not-text"
    assert verdict(headers(signature=sign(SECRET, b"")), body=None) == "body-not-text"
    assert verdict(headers(signature=sign(SECRET, b"")), body=b"") == "onboarding"


def test_body_is_signed_byte_by_byte() -> None:
    """A body that is no UTF-8 can be signed; its bytes count, not a text made of them."""
    body = b"\xff\xfe\x00"
    signed = b".".join((ID.encode(), str(TIME).encode(), body))
    signature = "v1," + standard_webhooks.sign(base64.b64decode(SECRET[6:]), signed).decode()
    assert verdict(headers(signature=signature), body=body) == "onboarding"


def test_rotation_has_no_gap() -> None:
    """While a secret is changed every step is recognised: old, both, new, on either side."""
    old, new = (f"whsec_{base64.b64encode(letter * 32).decode()}" for letter in (b"o", b"n"))
    by_old, by_new = sign(old), sign(new)
    steps: list[tuple[tuple[str, ...], str]] = [
        ((old,), by_old),
        ((old, new), by_old),
        ((old, new), f"{by_old} {by_new}"),
        ((old, new), by_new),
        ((new, old), by_old),
        ((new,), f"{by_old} {by_new}"),
        ((new,), by_new),
    ]
    for secrets, signature in steps:
        assert verdict(headers(signature=signature), known(*secrets)) == "onboarding"
    assert verdict(headers(signature=by_old), known(new)) == "bad-signature"
    assert verdict(headers(signature=by_new), known(old)) == "bad-signature"


def test_first_caller_of_the_file_answers_for_a_shared_secret() -> None:
    """Where two callers share a secret the first in the file is recognised."""
    assert verdict(headers(), known(OTHER, name="a"), known(SECRET, name="b"), known(SECRET, name="c")) == "b"
    both = f"{sign(OTHER)} {SIGNATURE}"
    assert verdict(headers(signature=both), known(SECRET, OTHER, name="a"), known(OTHER, name="b")) == "a"


def test_only_callers_of_this_scheme_are_looked_at() -> None:
    """The hash of an API key is no signing secret, though both are bytes."""
    digest = b"\x07" * 32
    other = Known(Caller("k", api_key.ApiKey((digest,)), Allow(), {}), (digest,))
    signature = sign("whsec_" + base64.b64encode(digest).decode())
    assert verdict(headers(signature=signature), other) == "bad-signature"
    assert verdict(headers(), other, known(SECRET)) == "onboarding"


def test_nobody_is_recognised_where_nobody_signs() -> None:
    """Without a caller of this scheme, even a signature with the secret of nobody proves nothing."""
    for secret in (b"\0" * 24, b"\0" * 32, b"\0" * 64):
        signed = b".".join((ID.encode(), str(TIME).encode(), BODY))
        signature = "v1," + standard_webhooks.sign(secret, signed).decode()
        found = standard_webhooks.verify(headers(signature=signature), BODY, (), TIME)
        assert isinstance(found, Unauthenticated)
        assert found.cause == "bad-signature"


@given(
    st.binary(min_size=24, max_size=64),
    st.text(st.characters(codec="utf-8"), max_size=200),
    st.integers(0, 4_000_000_000),
)
def test_what_the_reference_library_signs_is_recognised(secret: bytes, body: str, time: int) -> None:
    """Whatever the `standardwebhooks` package signs is recognised."""
    text = "whsec_" + base64.b64encode(secret).decode()
    signature = Webhook(text).sign("msg_1", datetime.fromtimestamp(time, timezone.utc), body)
    sent = headers(id="msg_1", timestamp=str(time), signature=signature)
    assert verdict(sent, known(text), body=body.encode(), now=time) == "onboarding"


def test_what_is_recognised_passes_the_reference_library() -> None:
    """A message that we recognise passes the `standardwebhooks` package too, made now."""
    secret = "whsec_" + base64.b64encode(randomness.token_bytes(32)).decode()
    time = int(datetime.now(timezone.utc).timestamp())
    signed = b".".join((ID.encode(), str(time).encode(), BODY))
    signature = (
        "v1," + standard_webhooks.sign(standard_webhooks.decode_secret(secret) or b"", signed).decode()
    )
    sent = headers(timestamp=str(time), signature=signature)
    assert verdict(sent, known(secret), now=time) == "onboarding"
    Webhook(secret).verify(BODY.decode(), {name: value for name, (value,) in sent.items()})


@pytest.mark.parametrize("length", [24, 25, 26, 63, 64])
def test_secret_of_24_to_64_bytes_is_one(length: int) -> None:
    """A secret is whsec_ and the Base64 of 24 to 64 bytes."""
    secret = bytes(range(length))
    assert standard_webhooks.decode_secret("whsec_" + base64.b64encode(secret).decode()) == secret


@pytest.mark.parametrize(
    "text",
    [
        "whsec_",
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        " whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
        "whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa-_",
        "whsec_" + base64.b64encode(b"x" * 23).decode(),
        "whsec_" + base64.b64encode(b"x" * 65).decode(),
        "whsec_é" + base64.b64encode(b"x" * 24).decode(),
        "whsec_\ud800",
    ],
)
def test_malformed_secret_is_misconfigured(text: str) -> None:
    """A variable that is set to something else is our fault, named by variable, never by value."""
    auth = standard_webhooks.StandardWebhooks(("GOOD", "BAD"))
    with pytest.raises(Misconfigured) as raised:
        auth.secrets('callers[0] "onboarding"', {"GOOD": SECRET, "BAD": text})
    assert raised.value.cause == (
        'callers[0] "onboarding": the environment variable BAD must hold a Standard Webhooks secret: whsec_'
        " and then the Base64 of 24 to 64 random bytes."
    )
    assert raised.value.__context__ is None


def test_any_of_the_three_headers_speaks_of_this_scheme() -> None:
    """One header of the three is enough to choose this scheme, even a malformed one."""
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert standard_webhooks.present({name: ()})
        assert standard_webhooks.present({"x": ("y",), name: ("z",)})
    assert not standard_webhooks.present({"webhook": ("x",), "authorization": ("y",)})
    assert not standard_webhooks.present({})


def test_scheme_claims_nothing_for_itself() -> None:
    """Callers may share a secret."""
    assert list(standard_webhooks.StandardWebhooks(("A",)).claims()) == []
