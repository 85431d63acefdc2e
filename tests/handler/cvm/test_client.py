"""The account in CVM, through the real SDK over real HTTP."""

from __future__ import annotations

import io
import json
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
from handler.problems import Misconfigured, UpstreamError, UpstreamRefused
from handler.settings import Settings
from local.cvm.faults import KINDS
from tests.faults.exchange import GRACE
from tests.faults.scene import HOME, LENT, NO_DEADLINE, account, environ, opened, order, stand_in
from tests.faults.wire import Serve, received, reply, server, swallowing
from tests.handler.sentences import assert_well_put
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


def test_all_key_pairs_are_listed_page_by_page() -> None:
    """A hundred at a time, whatever their number, without a filter, each page from the last pair on."""
    with stand_in(quota=300) as running:
        for number in range(250):
            running.account.insert(f"pair_{number}")
        running.account.insert("alice", key(1).line, 0, {"a": "b"})
        held = opened(running)
        listing = held.list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(listing, Listing)
        assert len(listing.pairs) == 251
        found = next(pair for pair in listing.pairs if pair.key_name == "alice")
        assert (found.blob, found.tags) == (key(1).blob, {"a": "b"})
        assert [call.parameters for call in running.calls] == [
            {"Limit": 100, "Offset": offset} for offset in (0, 99, 198)
        ]
        assert listing.request_id == running.calls[-1].request_id
        assert held.calls == 3


@pytest.mark.parametrize("count", [0, 1, 99, 100])
def test_up_to_a_hundred_key_pairs_are_one_page(count: int) -> None:
    """As in an account with the usual quota."""
    with stand_in() as running:
        for number in range(count):
            running.account.insert(f"pair_{number}")
        listing = opened(running).list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(listing, Listing)
        assert (len(listing.pairs), len(running.calls)) == (count, 1)


def answers(*contents: dict[str, Any]) -> Serve:
    """Answer request after request with these, whatever was asked; the last one for ever."""
    script = list(contents)

    def serve(peer: Any, _number: int) -> None:
        while received(peer):
            content = script.pop(0) if len(script) > 1 else script[0]
            peer.sendall(reply(json.dumps({"Response": {"RequestId": "r-1", **content}}).encode()))

    return serve


def pairs(*numbers: int, total: int) -> dict[str, Any]:
    """Return a page with these key pairs."""
    rows = [{"KeyId": f"skey-{number}", "KeyName": f"n{number}", "PublicKey": ""} for number in numbers]
    return {"TotalCount": total, "KeyPairSet": rows}


def listed(*contents: dict[str, Any]) -> tuple[Any, int]:
    """List key pairs from these answers; return the outcome and how many calls it took."""
    with server(answers(*contents)) as running:
        held = account(running.host, LENT)
        return held.list_key_pairs(HOME, NO_DEADLINE), held.calls


def test_pages_that_never_add_up_are_nonsense() -> None:
    """After three readings; `test_reading` shows what does add up."""
    assert listed(pairs(1, total=150)) == (Nonsense("key pairs that keep changing"), 9)
    assert listed(pairs(1, 1, total=2)) == (Nonsense("key pairs that keep changing"), 3)


def test_a_list_goes_on_where_it_was_broken_off() -> None:
    """One throttled page costs one call more, and not the pages before it."""
    with stand_in(quota=0) as running:
        for number in range(250):
            running.account.insert(f"pair_{number}")
        held = opened(running)
        running.fault("DescribeKeyPairs", "throttle", nth=3)
        broken_off = held.list_key_pairs(HOME, NO_DEADLINE)
        assert isinstance(broken_off, Throttled)
        listing = held.list_key_pairs(HOME, NO_DEADLINE, broken_off.reading)
        assert isinstance(listing, Listing)
        assert len(listing.pairs) == 250
        assert [call.parameters.get("Offset") for call in running.calls] == [0, 99, None, 198]


@pytest.mark.parametrize(("total", "calls"), [(10_000, 3), (10_001, 1), (10**30, 1)])
def test_an_impossible_number_of_key_pairs_is_nonsense(total: int, calls: int) -> None:
    """Nobody is kept busy with pages that do not exist."""
    outcome, made = listed(pairs(total=total))
    kept = "key pairs that keep changing" if total == 10_000 else "more key pairs than an account can hold"
    assert (outcome, made) == (Nonsense(kept), calls)


@pytest.mark.parametrize("code", ["InvalidKeyPair.LimitExceeded", "InvalidPublicKey.Duplicate"])
def test_a_list_that_is_refused_for_an_import_s_reason_is_an_unexpected_answer(code: str) -> None:
    """It does not make the account full."""
    outcome, _ = listed({"Error": {"Code": code, "Message": ""}})
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.problem, UpstreamError)
    assert outcome.problem.detail.startswith("CVM refused to list the key pairs")
    assert outcome.problem.remedy.startswith("Send the same request again")
    assert_well_put(outcome.problem)
    assert (outcome.problem.cvm_code, outcome.problem.cvm_request_id) == (code, "r-1")


def test_a_list_that_cannot_be_read_is_nonsense() -> None:
    """Whether it is no answer or no list."""
    assert isinstance(listed({"KeyPairSet": []})[0], Nonsense)
    assert isinstance(listed({"Error": {"Code": "InternalError"}})[0], Nonsense)


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
    """Executed, surely not executed, or in doubt."""
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
    """The SDK takes it for a success where a charset is named."""
    with stand_in() as running:
        running.fault("ImportKeyPair", "error-before" + content_type, code=code)
        assert isinstance(opened(running).import_key_pair(order()), kind)


def test_a_cvm_that_is_down_was_not_reached() -> None:
    """Nothing was sent."""
    with stand_in() as running:
        host = running.host
    held = account(host, LENT)
    assert held.import_key_pair(order()) == Unreached("ConnectionRefusedError")
    assert held.list_key_pairs(HOME, NO_DEADLINE) == Unreached("ConnectionRefusedError")
    assert held.calls == 2


def test_a_connection_may_take_all_the_time_that_is_left() -> None:
    """Only a reply is awaited for less: before it, there is nothing to look up."""
    with swallowing() as port:
        for wanted in (True, False):
            held = account(f"127.0.0.1:{port}", LENT, 0.45)
            begun = time.monotonic()
            outcome = held.import_key_pair(order()) if wanted else held.list_key_pairs(HOME, NO_DEADLINE)
            assert isinstance(outcome, Unreached)
            assert 0.35 < time.monotonic() - begun < 0.45 + GRACE


def test_over_https_a_server_without_tls_is_sent_nothing() -> None:
    """Neither key nor signature."""
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


def test_the_time_of_all_calls_is_added_up() -> None:
    """The log shows what CVM took."""
    with stand_in() as running:
        held = opened(running)
        running.fault("*", "delay-after", seconds=0.1)
        held.import_key_pair(order())
        assert held.seconds > 0.1
        held.list_key_pairs(HOME, NO_DEADLINE)
        assert held.seconds > 0.1


def test_a_region_that_the_caller_chose_is_the_caller_s_to_mend() -> None:
    """Our own default is ours; the same for both calls, and where nobody says who chose."""
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


@pytest.mark.parametrize("kind", ["delay-after", "delay-before"])
def test_a_write_s_reply_is_awaited_for_half_the_time_left(kind: str) -> None:
    """So that a look-up still fits."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind, seconds=1.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 1.0).import_key_pair(order()), Unanswered)
        assert 0.4 < time.monotonic() - begun < 0.8


def test_a_list_s_reply_is_awaited_for_most_of_a_short_time() -> None:
    """A slow one may still settle a doubt, and a lost one leaves no time for another anyway."""
    with stand_in() as running:
        running.fault("DescribeKeyPairs", "delay-after", seconds=1.4)
        assert isinstance(opened(running, 2.2).list_key_pairs(HOME, NO_DEADLINE), Listing)
        running.fault("DescribeKeyPairs", "delay-after", seconds=2.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 0.6).list_key_pairs(HOME, NO_DEADLINE), Unanswered)
        assert 0.4 < time.monotonic() - begun < 0.6, "and not beyond the end"


def test_a_list_ends_with_its_own_deadline_if_that_is_sooner() -> None:
    """Both connecting and the reply; the invocation's end counts all the same."""
    for own, whole, ends in ((0.4, 5.0, 0.4), (5.0, 0.45, 0.4)):
        with stand_in() as running, swallowing() as port:
            running.fault("DescribeKeyPairs", "delay-after", seconds=3.0)
            for host, kind in ((running.host, Unanswered), (f"127.0.0.1:{port}", Unreached)):
                held = account(host, environ(running.credentials), whole)
                begun = time.monotonic()
                deadline = Deadline(begun + own, time.monotonic)
                assert isinstance(held.list_key_pairs(HOME, deadline), kind)
                assert ends - 0.1 < time.monotonic() - begun < ends + GRACE


def test_a_list_s_reply_is_awaited_for_half_of_a_long_time() -> None:
    """So that another look-up fits where the first was lost."""
    with stand_in() as running:
        running.fault("DescribeKeyPairs", "delay-after", seconds=5.0)
        begun = time.monotonic()
        assert isinstance(opened(running, 4.6).list_key_pairs(HOME, NO_DEADLINE), Unanswered)
        assert 2.1 < time.monotonic() - begun < 2.6


@pytest.mark.parametrize(("padding", "kind"), [(40_000, Created), (70_000, Nonsense)])
def test_the_reply_to_an_import_has_little_room(padding: int, kind: type[Any]) -> None:
    """It is a few hundred bytes long."""
    with server(answers({"KeyId": "skey-1", "More": "x" * padding})) as running:
        assert isinstance(account(running.host, LENT).import_key_pair(order()), kind)


def test_a_list_has_room_for_the_largest_keys() -> None:
    """A hundred of 16384 bits, with all their tags, and no more than that."""
    assert isinstance(listed({**pairs(1, total=1), "More": "x" * 8_000_000})[0], Listing)
    assert isinstance(listed({**pairs(1, total=1), "More": "x" * 9_000_000})[0], Nonsense)


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
    """With whatever credentials; it is kept, they are not."""
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
