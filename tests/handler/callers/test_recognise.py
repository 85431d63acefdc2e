"""Who calls over HTTP: exactly one scheme, one answer for every failure, and a wrong file before it."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.callers import file, load, recognise, standard_webhooks
from handler.callers.api_key import ApiKey
from handler.callers.caller import Known, resolve
from handler.chat import schemes
from handler.problems import Misconfigured, Unauthenticated
from handler.settings import Settings
from tests import growth

KEY = "ikp_" + "k" * 43
RAW_SECRET = b"s" * 32
SECRET = "whsec_" + base64.b64encode(RAW_SECRET).decode()
NOW = 1_700_000_000.5
BODY = b'{"keyName": "onb_alice"}'
ENVIRON = {"ONBOARDING_SECRET": SECRET}
TEXT_OF_CALLERS = json.dumps(
    {
        "callers": [
            {
                "id": "onboarding",
                "auth": {"scheme": "standard-webhooks", "secretEnv": ["ONBOARDING_SECRET", "NEXT"]},
            },
            {
                "id": "platform-team",
                "auth": {"scheme": "api-key", "sha256": [hashlib.sha256(KEY.encode()).hexdigest()]},
            },
            {"id": "hires", "auth": {"scheme": "trigger", "source": "invoke"}},
        ]
    }
).encode()
CALLERS = file.parse(TEXT_OF_CALLERS, schemes).callers
KNOWN = resolve(CALLERS, ENVIRON)

Headers = dict[str, tuple[str, ...]]
BEARER: Headers = {"authorization": (f"Bearer {KEY}",)}


def signed(body: bytes = BODY, at: float = NOW) -> Headers:
    """Return the headers of a signed message."""
    stamp = str(int(at))
    signature = standard_webhooks.sign(RAW_SECRET, b".".join((b"msg_1", stamp.encode(), body))).decode()
    return {
        "webhook-id": ("msg_1",),
        "webhook-timestamp": (stamp,),
        "webhook-signature": (f"v1,{signature}",),
    }


def verdict(
    headers: Mapping[str, tuple[str, ...]], body: bytes | None = BODY, environ: dict[str, str] = ENVIRON
) -> str:
    """Return the id of the caller, or the cause of the 401."""
    try:
        return recognise(headers, body, resolve(CALLERS, environ), NOW).id
    except Unauthenticated as problem:
        return problem.cause


def test_each_scheme_recognises_its_caller() -> None:
    """A signature and a key each prove their own caller."""
    assert verdict(signed()) == "onboarding"
    assert verdict(BEARER) == "platform-team"
    assert verdict(BEARER, body=None) == "platform-team"


def test_nothing_recognises_nobody() -> None:
    """Without credentials, or with those of other schemes, no caller is recognised."""
    assert verdict({}) == "no-credentials"
    assert verdict({"authorization": ("Basic x",), "x-api-key": (KEY,)}) == "no-credentials"
    assert verdict({"authorization": (f"Token {KEY}",)}) == "no-credentials"


def test_two_schemes_recognise_nobody() -> None:
    """With headers of both schemes no caller is recognised, whether they are right or not."""
    assert verdict({**BEARER, **signed()}) == "two-schemes"
    assert verdict({**BEARER, "webhook-id": ("x",)}) == "two-schemes"
    assert verdict({"authorization": ("Bearer",), **signed()}) == "two-schemes"
    assert verdict({"authorization": (), **signed()}) == "two-schemes"


def test_signature_stands_beside_what_cam_puts_into_authorization() -> None:
    """Behind a CAM URL Authorization carries TC3; a signed caller is recognised nevertheless."""
    cam = {"authorization": ("TC3-HMAC-SHA256 Credential=AKID/2023-11-14/scf/tc3_request",)}
    assert verdict({**cam, **signed()}) == "onboarding"
    assert verdict(cam) == "no-credentials"


def test_failures_of_each_scheme_are_told_to_the_log() -> None:
    """The cause says what failed, for the audit line."""
    assert verdict({"authorization": ("Bearer " + "x" * 40,)}) == "unknown-key"
    assert verdict(signed(), body=BODY + b" ") == "bad-signature"
    assert verdict(signed(), body=None) == "body-not-text"
    assert verdict(signed(at=NOW - 302)) == "stale-timestamp"
    assert verdict(signed(at=NOW + 302)) == "stale-timestamp"


ONE_OF_THEM = (
    "a Standard Webhooks secret: whsec_ and then the Base64 of 24 to 64 random bytes."  # what it must hold
)
UNSET = f"none of the environment variables ONBOARDING_SECRET, NEXT is set; it must hold {ONE_OF_THEM}"


@pytest.mark.parametrize(
    ("environ", "cause"),
    [
        ({}, UNSET),
        ({"ONBOARDING_SECRET": "", "NEXT": ""}, UNSET),
        ({**ENVIRON, "NEXT": "whsec_oops"}, f"the environment variable NEXT must hold {ONE_OF_THEM}"),
    ],
)
def test_secrets_that_cannot_be_had_make_the_file_useless(environ: dict[str, str], cause: str) -> None:
    """While any caller's secret is missing or malformed, no caller is recognised, and the log says why."""
    with pytest.raises(Misconfigured) as raised:
        resolve(CALLERS, environ)
    assert raised.value.cause == f'callers[0] "onboarding": {cause}'


def test_second_caller_is_told_as_such() -> None:
    """The sentence names the caller by its position and id."""
    with pytest.raises(Misconfigured) as raised:
        resolve((CALLERS[1], CALLERS[0]), {})
    assert raised.value.cause.startswith('callers[1] "onboarding": ')


def test_load_reads_the_file_that_the_settings_name(tmp_path: Path) -> None:
    """The callers of the file come with their secrets, in its order; a missing file is misconfigured."""
    path = tmp_path / "callers.json"
    with pytest.raises(Misconfigured) as raised:
        load(Settings(callers_file=str(path)), ENVIRON, schemes)
    assert raised.value.cause == "The file that CALLERS_FILE names cannot be read."
    path.write_bytes(TEXT_OF_CALLERS)
    assert load(Settings(callers_file=str(path)), ENVIRON, schemes).known == KNOWN
    assert [(known.caller.id, known.secrets) for known in KNOWN] == [
        ("onboarding", (RAW_SECRET,)),
        ("platform-team", (hashlib.sha256(KEY.encode()).digest(),)),
        ("hires", ()),
    ]


def test_rotated_secret_is_read_at_every_call() -> None:
    """A secret is taken from the environment of this very call; an empty variable is none."""
    assert verdict(signed(), environ={"NEXT": SECRET}) == "onboarding"
    assert verdict(signed(), environ={"ONBOARDING_SECRET": "", "NEXT": SECRET}) == "onboarding"
    other = "whsec_" + base64.b64encode(b"t" * 32).decode()
    assert verdict(signed(), environ={"ONBOARDING_SECRET": other}) == "bad-signature"
    assert verdict(signed(), environ={"ONBOARDING_SECRET": other, "NEXT": SECRET}) == "onboarding"


def test_every_401_says_the_same() -> None:
    """Detail and remedy are the same words for every cause; only the log has the cause."""
    problems = set()
    for headers in ({}, {"authorization": ("Bearer x",)}, {**BEARER, **signed()}, {"webhook-id": ("x",)}):
        with pytest.raises(Unauthenticated) as raised:
            recognise(headers, BODY, KNOWN, NOW)
        problem = raised.value
        problems.add((problem.detail, problem.remedy, problem.reason, problem.errors, str(problem)))
    assert len(problems) == 1


TEXT = st.one_of(
    st.text(max_size=50),
    st.text(st.characters(), max_size=50).map(lambda text: f"Bearer {text}"),
    st.sampled_from(["v1,", "v1,a v1,b", "1700000000", "msg_1", "Bearer", "\ud800", "\0", "é" * 5000, KEY]),
)
NAMES = st.sampled_from(["authorization", "webhook-id", "webhook-timestamp", "webhook-signature"])


@given(
    st.dictionaries(NAMES, st.lists(TEXT, max_size=3).map(tuple)),
    st.one_of(st.none(), st.binary(max_size=100)),
    st.booleans(),
)
def test_hostile_headers_are_a_401_and_nothing_else(
    headers: Headers, body: bytes | None, mixed: bool
) -> None:
    """Whatever the headers hold, the answer is a 401 with a cause from the list, never another exception."""
    sent = {**signed(), **headers} if mixed and headers else headers
    if sent == signed():
        return
    with pytest.raises(Unauthenticated) as raised:
        recognise(sent, body, KNOWN, NOW)
    assert raised.value.cause.replace("-", "").isalpha()
    assert raised.value.__cause__ is None


@pytest.mark.slow
def test_every_401_takes_the_same_work() -> None:
    """The time of a refusal shows neither its cause nor which schemes have callers.

    The body is so large that signing it outweighs all else.
    """
    body = b"x" * (4 << 20)
    only_keys = (KNOWN[1],)
    reference = partial(refuse, signed(), body, KNOWN)
    refusals: dict[str, tuple[Headers, tuple[Known, ...]]] = {
        "no credentials": ({}, KNOWN),
        "unknown key": ({"authorization": ("Bearer " + "x" * 40,)}, KNOWN),
        "two schemes": ({**BEARER, **signed()}, KNOWN),
        "stale": (signed(at=NOW - 1000), KNOWN),
        "no signature": ({"webhook-id": ("x",)}, KNOWN),
        "too many": ({**signed(), "webhook-signature": ("v1,x " * 20,)}, KNOWN),
        "nobody signs": (signed(), only_keys),
        "nobody signs, no credentials": ({}, only_keys),
    }
    for name, (headers, known) in refusals.items():
        refusal = partial(refuse, headers, body, known)
        assert growth.ratio(refusal, reference, 2) < 2, f"{name} takes longer"
        assert growth.ratio(reference, refusal, 2) < 2, f"{name} takes less"


def test_every_401_compares_every_key() -> None:
    """The work of a refusal does not show whether a key was looked for."""
    keys = tuple(hashlib.sha256(bytes((n,))).digest() for n in range(20))
    many = KNOWN[1]._replace(caller=KNOWN[1].caller._replace(auth=ApiKey(keys)), secrets=keys)
    refusals: dict[str, Headers] = {
        "unknown key": {"authorization": ("Bearer " + "x" * 40,)},
        "no credentials": {},
        "short key": {"authorization": ("Bearer x",)},
        "other scheme": {"authorization": ("Basic x",)},
        "bad signature": signed(),
        "two schemes": {**BEARER, **signed()},
    }
    work = {name: growth.calls(partial(refuse, headers, b"", (many,))) for name, headers in refusals.items()}
    for step in ("_hashlib.compare_digest", "_hashlib.openssl_sha256", "_hashlib.hmac_digest"):
        assert len({calls[step] for calls in work.values()}) == 1, step
    assert work["no credentials"]["_hashlib.compare_digest"] > len(keys)


def refuse(headers: Headers, body: bytes, known: tuple[Known, ...]) -> None:
    """Hand a request in, and be refused."""
    with pytest.raises(Unauthenticated):
        recognise(headers, body, known, NOW)
