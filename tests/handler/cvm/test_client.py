"""The account in CVM, through the real SDK over real HTTP."""

from __future__ import annotations

import io
import logging
import time
from pathlib import Path
from typing import Any

import pytest

from handler.ambient import REAL
from handler.cvm import client as cvm
from handler.deadline import Deadline
from handler.importing.account import (
    Created,
    Duplicate,
    Full,
    Listing,
    Nonsense,
    Refused,
    Throttled,
    Unanswered,
    Unreached,
)
from handler.importing.order import Region
from handler.problems import Misconfigured, UpstreamRefused
from handler.settings import Settings
from local.cvm.faults import KINDS
from tests.faults.scene import HOME, LENT, NO_DEADLINE, account, environ, opened, order, stand_in
from tests.faults.wire import answers, reply, server
from tests.keys.many import key


def test_sent_is_what_was_ordered_and_nothing_else() -> None:
    """Our own line of the key without a comment, the project as a number, in English, signed by the SDK."""
    with stand_in(projects=frozenset({7})) as running:
        held = opened(running)
        outcome = held.import_key_pair(order("alice", 1, region=Region("ap-shanghai", True), project_id=7))
        call = running.calls[0]
    assert outcome == Created(running.account.key_pairs["alice"].key_id, call.request_id)
    assert call.action == "ImportKeyPair"
    assert call.parameters == {"KeyName": "alice", "ProjectId": 7, "PublicKey": key(1).line}
    assert call.headers["x-tc-language"] == "en-US"
    assert call.headers["x-tc-region"] == "ap-shanghai"
    assert call.headers["x-tc-requestclient"].startswith("SDK_PYTHON_")
    assert call.headers["content-type"] == "application/json"
    assert call.headers["host"] == running.host
    assert held.calls == 1
    assert 0 < held.seconds < 1


def test_tags_go_in_the_same_call() -> None:
    """There is no second call that could fail."""
    with stand_in() as running:
        opened(running).import_key_pair(order(tags={"team": "infra", "中文": "值"}))
        assert len(running.calls) == 1
        assert running.calls[0].parameters["TagSpecification"] == [
            {
                "ResourceType": "keypair",
                "Tags": [{"Key": "team", "Value": "infra"}, {"Key": "中文", "Value": "值"}],
            }
        ]
        assert running.account.key_pairs["alice"].tags == {"team": "infra", "中文": "值"}


# Every kind of fault of the stand-in, and what it makes of an import and of a list.
OUTCOMES: dict[str, tuple[type[Any], ...]] = {
    "delay-before": (Created, Listing),
    "delay-after": (Created, Listing),
    "late-write": (Unanswered, Unanswered),
    "throttle": (Throttled, Throttled),
    "token-expired": (Refused, Refused),
    "denied": (Refused, Refused),
    "drop-before": (Unanswered, Unanswered),
    "drop-after": (Unanswered, Unanswered),
    "reset-before": (Unanswered, Unanswered),
    "reset-after": (Unanswered, Unanswered),
    "http-error-before": (Nonsense, Nonsense),
    "http-error-after": (Nonsense, Nonsense),
    "html-before": (Nonsense, Nonsense),
    "html-after": (Nonsense, Nonsense),
    "internal-error-before": (Nonsense, Nonsense),
    "internal-error-after": (Nonsense, Nonsense),
    "truncated": (Unanswered, Unanswered),
    "dribbled": (Created, Listing),
    "content-type": (Created, Listing),
    "no-request-id": (Created, Listing),
    "no-key-id": (Nonsense, Listing),
    "rival-name": (Duplicate,),
    "rival-key": (Duplicate,),
    "rival-pair": (Duplicate,),
}


@pytest.mark.parametrize("kind", OUTCOMES)
def test_every_fault_is_sorted_by_what_is_sure(kind: str) -> None:
    """Every fault is executed, surely not executed, or in doubt."""
    with stand_in() as running:
        for action, expected in zip(("ImportKeyPair", "DescribeKeyPairs"), OUTCOMES[kind], strict=False):
            held = opened(running)
            running.fault(action, kind, seconds=0.1)
            listing = action == "DescribeKeyPairs"
            outcome = held.list_key_pairs(HOME, NO_DEADLINE) if listing else held.import_key_pair(order())
            running.clear_faults()
            assert isinstance(outcome, expected)
            assert held.calls == 1


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        ("drop-after", Unanswered("the connection was closed")),
        ("reset-after", Unanswered("ConnectionResetError")),
        ("http-error-after", Nonsense("status 502")),
        ("internal-error-after", Nonsense("InternalError")),
    ],
)
def test_a_doubt_says_why_for_the_log(kind: str, outcome: Unanswered | Nonsense) -> None:
    """Whether CVM, a proxy before it or the network is to blame."""
    with stand_in() as running:
        running.fault("*", kind, times=None)
        assert opened(running).import_key_pair(order()) == outcome
        assert opened(running).list_key_pairs(HOME, NO_DEADLINE) == outcome


@pytest.mark.parametrize("kind", ["denied", "token-expired"])
def test_a_denial_names_the_call_that_was_denied(kind: str) -> None:
    """So that whoever runs the function can mend its role; a fault of the credentials names none."""
    with stand_in() as running:
        running.fault("*", kind, times=None)
        held = opened(running)
        for outcome, action in (
            (held.import_key_pair(order()), "cvm:ImportKeyPair"),
            (held.list_key_pairs(HOME, NO_DEADLINE), "cvm:DescribeKeyPairs"),
        ):
            assert isinstance(outcome, Refused)
            assert (action in outcome.problem.cause) == (kind == "denied")


def test_no_kind_of_fault_is_left_out() -> None:
    """But for those that answer a code of one's choice, and those that change the account meanwhile."""
    elsewhere = {"error-before", "error-after", "pair-added", "pair-deleted", "pair-swapped"}
    assert set(KINDS) - elsewhere == set(OUTCOMES)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InvalidKeyPair.LimitExceeded", Full),
        ("InvalidKeyPairName.Duplicate", Duplicate),
        ("InvalidProjectId.NotFound", Refused),
        ("ServiceUnavailable", Nonsense),
        ("RequestLimitExceeded.UinLimitExceeded", Throttled),
    ],
)
@pytest.mark.parametrize("content_type", ["", "+content-type"])
def test_an_error_is_an_error_whatever_its_content_type(
    code: str, kind: type[Any], content_type: str
) -> None:
    """The SDK reads it as a success where a charset is named."""
    with stand_in() as running:
        running.fault("ImportKeyPair", "error-before" + content_type, code=code)
        assert isinstance(opened(running).import_key_pair(order()), kind)


def test_a_cvm_that_is_down_was_not_reached() -> None:
    """If no connection comes up, nothing was sent."""
    with stand_in() as running:
        host = running.host
    held = account(host, LENT)
    assert held.import_key_pair(order()) == Unreached("ConnectionRefusedError")
    assert held.list_key_pairs(HOME, NO_DEADLINE) == Unreached("ConnectionRefusedError")
    assert held.calls == 2


def test_over_https_a_server_without_tls_is_sent_nothing() -> None:
    """A server without TLS gets neither key nor signature."""
    seen: list[bytes] = []

    def plain(peer: Any, _number: int) -> None:
        peer.sendall(reply(b'{"Response": {"KeyId": "skey-1", "RequestId": "r-1"}}'))
        seen.append(peer.recv(65536))

    with server(plain) as running:
        settings = Settings(cvm_scheme="https", cvm_host=running.host)
        deadline = Deadline(time.monotonic() + 5.0, time.monotonic)
        held = cvm.open_account(settings, deadline, REAL._replace(environ=LENT))
        assert held.import_key_pair(order()) == Unreached("SSLError")
    assert not any(b"POST" in data for data in seen)


def test_a_region_that_the_caller_chose_is_the_caller_s_to_mend() -> None:
    """A wrong default region is `misconfigured`, for both calls."""
    with stand_in() as running:
        for chosen, kind in ((True, UpstreamRefused), (False, Misconfigured)):
            wanted = order(region=Region("xx-nowhere", chosen))
            held = opened(running)
            outcomes = [held.import_key_pair(wanted), held.list_key_pairs(wanted.region, NO_DEADLINE)]
            for outcome in outcomes:
                assert isinstance(outcome, Refused)
                assert isinstance(outcome.problem, kind)
        unsaid = opened(running).list_key_pairs(Region("xx-nowhere", False), NO_DEADLINE)
        assert isinstance(unsaid, Refused)
        assert isinstance(unsaid.problem, Misconfigured)


@pytest.mark.parametrize(("padding", "kind"), [(40_000, Created), (70_000, Nonsense)])
def test_the_reply_to_an_import_has_little_room(padding: int, kind: type[Any]) -> None:
    """A reply to an import has a few hundred bytes, so a long one is refused."""
    with server(answers({"KeyId": "skey-1", "More": "x" * padding})) as running:
        assert isinstance(account(running.host, LENT).import_key_pair(order()), kind)


def test_calls_of_our_own_that_fill_a_second_are_told_from_a_crowd() -> None:
    """As when many keys are imported one after another; each kind of call has a limit of its own."""
    now = time.time()
    with stand_in(clock=lambda: now, rate=10) as running:
        held = opened(running)
        for number in range(10):
            assert isinstance(held.import_key_pair(order(f"n{number}", number)), Created)
        alone = held.import_key_pair(order("n10", 10))
        assert isinstance(alone, Throttled)
        assert (alone.counted, alone.limit) == (11, 10)
        assert 0.5 < alone.clear_in < 1.0
        crowd = opened(running).import_key_pair(order("n11", 11))
        assert isinstance(crowd, Throttled)
        assert (crowd.counted, crowd.clear_in) == (12, 0.0)
        assert isinstance(held.list_key_pairs(HOME, NO_DEADLINE), Listing)
    with stand_in(clock=lambda: now, rate=10) as running:
        held, other = opened(running), opened(running)
        for number in range(5):
            held.import_key_pair(order(f"n{number}", number))
            held.list_key_pairs(HOME, NO_DEADLINE)
            other.import_key_pair(order(f"o{number}", 100 + number))
        half = held.import_key_pair(order("n5", 5))
        assert isinstance(half, Throttled)
        assert (half.counted, half.clear_in) == (11, 0.0), "lists of our own do not explain it"


def test_neither_proxies_nor_netrc_come_in_between(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A proxy would see the token, a netrc entry would take the signature's place."""
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password b\ndefault login a password b\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with stand_in() as running:
        assert isinstance(opened(running).import_key_pair(order()), Created)


def test_one_connection_serves_many_invocations() -> None:
    """The connection is kept for any credentials; the credentials are not kept."""
    with stand_in() as running:
        for number in range(5):
            held = account(running.host, environ(running.mint()))
            assert isinstance(held.import_key_pair(order(f"n{number}", number)), Created)
        assert {call.connection for call in running.calls} == {running.calls[0].connection}


def test_nothing_secret_is_logged_even_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    """The SDK's own logger would print the token and the signature."""
    stream = io.StringIO()
    spy = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(spy)
    root.setLevel(logging.DEBUG)
    try:
        with stand_in() as running:
            opened(running).import_key_pair(order())
            opened(running).list_key_pairs(HOME, NO_DEADLINE)
            secrets = [*running.credentials, "Signature=", key(1).line]
    finally:
        root.removeHandler(spy)
        root.setLevel(level)
    output = stream.getvalue() + "".join(capsys.readouterr())
    assert not any(secret in output for secret in secrets)


def test_a_client_of_the_sdk_makes_no_request_of_its_own() -> None:
    """What is sent goes through the bounded exchange: a newer SDK that sends otherwise fails here."""
    with stand_in() as running:
        opened(running).import_key_pair(order())
        assert running.calls[0].headers["user-agent"] == "import-key-pair"
