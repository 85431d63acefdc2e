"""API keys: exactly one `Authorization: Bearer`, at least 32 characters, known by its hash."""

from __future__ import annotations

import hashlib

import pytest

from handler.callers import api_key, standard_webhooks
from handler.callers.allow import Allow
from handler.callers.caller import Caller, Known
from handler.problems import Unauthenticated

KEY = "ikp_" + "k" * 43
OLD = "ikp_" + "o" * 43


def known(*keys: str, name: str = "platform-team") -> Known:
    """Return a caller with these keys."""
    auth = api_key.ApiKey(
        tuple(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest() for key in keys)
    )
    return Known(Caller(name, auth, Allow(), {}), auth.secrets(name, {}))


def verdict(*values: str, callers: tuple[Known, ...] = ()) -> str:
    """Return the id of the caller that these values of Authorization prove, or why there is none."""
    found = api_key.verify({"authorization": values}, callers or (known(KEY),))
    return found.cause if isinstance(found, Unauthenticated) else found.id


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_key_is_recognised_by_its_hash(scheme: str) -> None:
    """The right key proves its caller; the word before it is written in any case (RFC 9110)."""
    assert verdict(f"{scheme} {KEY}") == "platform-team"


def test_every_single_bit_of_a_key_counts() -> None:
    """A key that differs in one bit is unknown."""
    octets = KEY.encode()
    for at in range(len(octets)):
        for bit in range(8):
            changed = bytes((*octets[:at], octets[at] ^ 1 << bit, *octets[at + 1 :])).decode("latin-1")
            assert verdict(f"Bearer {changed}") == "unknown-key"


@pytest.mark.parametrize(
    "value",
    [
        f"Bearer  {KEY}",
        f"Bearer {KEY} ",
        f"Bearer {KEY}\n",
        f'Bearer "{KEY}"',
        f"Bearer {KEY},",
        f"Bearer {KEY.upper()}",
        f"Bearer {KEY}, Bearer {KEY}",
        f"Bearer {KEY[:-1]}",
        f"Bearer {KEY}k",
        "Bearer " + "é" * 32,
        "Bearer " + "\ud800" * 32,
    ],
)
def test_what_is_not_exactly_the_key_is_unknown(value: str) -> None:
    """The key is all that follows one blank, byte by byte."""
    assert verdict(value) == "unknown-key"


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Bearer k", "Bearer " + "k" * 31, "Bearer " + "é" * 31]
)
def test_key_under_32_characters_is_none(value: str) -> None:
    """A short key is refused though its hash may stand in the file: it could be guessed."""
    assert verdict(value, callers=(known(value[7:]),)) == "short-key"


def test_key_of_32_characters_is_one() -> None:
    """Any thirty-two characters are enough."""
    for key in ("k" * 32, "é" * 32, "\ud800" * 32, " " * 32):
        assert verdict(f"Bearer {key}", callers=(known(key),)) == "platform-team"


@pytest.mark.parametrize(
    "value", [f"Basic {KEY}", KEY, "", f"Token {KEY}", f"Bearer\t{KEY}", f" Bearer {KEY}"]
)
def test_other_schemes_of_authorization_are_no_key(value: str) -> None:
    """Only Bearer carries a key."""
    assert verdict(value) == "not-bearer"


def test_header_must_be_there_once_as_text_of_4_kib() -> None:
    """Missing, repeated, huge and no text: nobody is recognised."""
    missing = api_key.verify({}, (known(KEY),))
    assert isinstance(missing, Unauthenticated)
    assert missing.cause == "missing-header"
    assert verdict() == "header-not-text"
    assert verdict(f"Bearer {KEY}", f"Bearer {KEY}") == "repeated-header"
    longest = "k" * (4096 - len("Bearer "))
    assert verdict(f"Bearer {longest}", callers=(known(longest),)) == "platform-team"
    assert verdict(f"Bearer {longest}k", callers=(known(longest + "k"),)) == "header-too-long"


def test_rotation_has_no_gap() -> None:
    """While a key is changed both are recognised, in either order of the file."""
    for keys in ((OLD, KEY), (KEY, OLD)):
        assert verdict(f"Bearer {OLD}", callers=(known(*keys),)) == "platform-team"
        assert verdict(f"Bearer {KEY}", callers=(known(*keys),)) == "platform-team"
    assert verdict(f"Bearer {OLD}", callers=(known(KEY),)) == "unknown-key"


def test_each_key_tells_its_caller() -> None:
    """Among many callers the key's own one is recognised; the first, should two have it."""
    callers = (known(OLD, name="a"), known(KEY, name="b"), known(KEY, OLD, name="c"))
    assert verdict(f"Bearer {KEY}", callers=callers) == "b"
    assert verdict(f"Bearer {OLD}", callers=callers) == "a"


def test_only_callers_of_this_scheme_are_looked_at() -> None:
    """A signing secret that happens to be a hash is no key's hash."""
    digest = hashlib.sha256(KEY.encode()).digest()
    signer = Known(Caller("s", standard_webhooks.StandardWebhooks(("A",)), Allow(), {}), (digest,))
    assert verdict(f"Bearer {KEY}", callers=(signer,)) == "unknown-key"
    assert verdict(f"Bearer {KEY}", callers=(signer, known(KEY))) == "platform-team"


@pytest.mark.parametrize(
    ("values", "is_present"),
    [
        ((f"Bearer {KEY}",), True),
        (("bearer",), True),
        (("Bearer ",), True),
        ((), True),
        (("TC3-HMAC-SHA256 Credential=x", "Bearer y"), True),
        (("Bearery",), False),
        (("Bearer\tx",), False),
        (("",), False),
        (("TC3-HMAC-SHA256 Credential=x",), False),
        (("Basic x", "Digest y"), False),
    ],
)
def test_only_bearer_speaks_of_an_api_key(values: tuple[str, ...], is_present: bool) -> None:
    """What CAM or anybody else puts into Authorization is not this scheme's; what is no text may be."""
    assert api_key.present({"authorization": values}) is is_present
    assert not api_key.present({"x-authorization": values})


def test_scheme_claims_its_hashes() -> None:
    """A hash belongs to one caller."""
    assert list(api_key.ApiKey((b"a", b"b")).claims()) == [("API key hash", b"a"), ("API key hash", b"b")]
