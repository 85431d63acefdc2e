"""Each kind of fault does what it says, to the call that it is meant for and to no other."""

from __future__ import annotations

import http.client
import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.cvm import Options, StandIn, serve
from local.cvm.faults import KINDS, Fault
from local.cvm.messages import TEXTS
from local.cvm.public_key import decode
from local.stand_in.faults import Faults
from tests.local.cvm.client import Answer, Reply, call, code, exchange, importing, run, send, sign


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another thread is about to do."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this never came true"
        time.sleep(0.005)


def raw(cvm: StandIn, key_name: str = "a", timeout: float = 60) -> Reply:
    """Import a key and give the HTTP reply as it is."""
    request = sign(cvm.credentials, "ImportKeyPair", importing(key_name), host=cvm.host)
    return exchange(cvm, request, timeout)


def stored(cvm: StandIn) -> bool:
    """Tell whether the import was executed, from the account and from the call's record."""
    there = "a" in cvm.account.key_pairs
    assert cvm.calls[-1].executed is there
    return there


class TestKinds:
    """What each kind does."""

    def test_delay_before(self, cvm: StandIn) -> None:
        """A delayed write is executed late, also for a client that has gone."""
        cvm.fault("ImportKeyPair", "delay-before", seconds=1.0)
        with pytest.raises(TimeoutError):
            raw(cvm, timeout=0.1)
        until(lambda: bool(cvm.calls))
        assert not stored(cvm)
        assert cvm.calls[0].code == ""

        until(lambda: bool(cvm.account.key_pairs))
        until(lambda: cvm.calls[0].code == "ok")
        assert stored(cvm)

    def test_delay_after(self, cvm: StandIn) -> None:
        """A delayed answer to a write that was executed at once."""
        cvm.fault("ImportKeyPair", "delay-after", seconds=1.0)
        with pytest.raises(TimeoutError):
            raw(cvm, timeout=0.1)
        until(lambda: bool(cvm.account.key_pairs))
        assert cvm.calls[0].executed

        cvm.fault("ImportKeyPair", "delay-after", seconds=0.2)
        assert code(run(cvm, "b")) == "ok"

    def test_late_write(self, cvm: StandIn) -> None:
        """The connection is gone at once, the write lands later."""
        cvm.fault("ImportKeyPair", "late-write", seconds=1.0)
        with pytest.raises(http.client.RemoteDisconnected):
            raw(cvm)
        assert not stored(cvm)

        until(lambda: bool(cvm.account.key_pairs))
        until(lambda: cvm.calls[0].executed)
        assert cvm.calls[0].code == ""

    def test_late_write_with_an_answer(self, cvm: StandIn) -> None:
        """An error is answered, and the write lands all the same."""
        cvm.fault("ImportKeyPair", "late-write+internal-error-before", seconds=0.1)
        cvm.fault("ImportKeyPair", "late-write+http-error-before", seconds=0.1)

        assert code(run(cvm, "a")) == "InternalError"
        assert raw(cvm, "b").status == 502
        until(lambda: set(cvm.account.key_pairs) == {"a", "b"})

    def test_a_late_write_can_come_too_late(self, cvm: StandIn) -> None:
        """A write that lands after another one is refused as any other would be."""
        cvm.fault("ImportKeyPair", "late-write", seconds=0.5)
        with pytest.raises(http.client.RemoteDisconnected):
            raw(cvm)
        cvm.account.insert("a")
        time.sleep(0.6)

        assert not cvm.calls[0].executed

    @pytest.mark.parametrize(
        ("kind", "parameters", "expected"),
        [
            ("throttle", {}, "RequestLimitExceeded"),
            ("token-expired", {}, "AuthFailure.TokenFailure"),
            ("denied", {}, "AuthFailure.UnauthorizedOperation"),
            ("internal-error-before", {}, "InternalError"),
            ("error-before", {"code": "ResourceUnavailable"}, "ResourceUnavailable"),
            ("error-before", {"code": "UnauthorizedOperation"}, "UnauthorizedOperation"),
        ],
    )
    def test_refusals(self, cvm: StandIn, kind: str, parameters: dict[str, Any], expected: str) -> None:
        """A refusal of every sort executes nothing."""
        cvm.fault("ImportKeyPair", kind, **parameters)

        assert code(run(cvm, "a")) == expected == cvm.calls[0].code
        assert not stored(cvm)
        assert cvm.calls[0].fault == kind

    @pytest.mark.parametrize(
        ("kind", "parameters", "expected"),
        [
            ("internal-error-after", {}, "InternalError"),
            ("error-after", {"code": "InternalServerError"}, "InternalServerError"),
        ],
    )
    def test_errors_of_executed_writes(
        self, cvm: StandIn, kind: str, parameters: dict[str, Any], expected: str
    ) -> None:
        """An error is told though the write was executed."""
        cvm.fault("ImportKeyPair", kind, **parameters)

        assert code(run(cvm, "a")) == expected
        assert stored(cvm)

    @pytest.mark.parametrize("which", TEXTS)
    def test_every_code_on_demand(self, cvm: StandIn, which: str) -> None:
        """Any code can be ordered, also one whose text names values that nobody sent."""
        cvm.fault("ImportKeyPair", "error-before", code=which)
        error = run(cvm, "a")["Error"]

        assert error["Code"] == which.partition("#")[0]
        assert "{" not in error["Message"]

    def test_throttle_names_a_count(self) -> None:
        """A throttle tells the count that it is given, and the server's limit."""
        with serve(Options(rate=10)) as cvm:
            cvm.fault("ImportKeyPair", "throttle", asked=37)

            assert (
                "`37` in a second, which exceeds the frequency limit `10`"
                in (run(cvm, "a")["Error"]["Message"])
            )

    def test_denied_names_the_request(self, cvm: StandIn) -> None:
        """The text about permissions repeats request and action, as the real one does."""
        cvm.fault("ImportKeyPair", "denied")
        answer = run(cvm, "a")

        assert f"[request id:{answer['RequestId']}]" in answer["Error"]["Message"]
        assert "(cvm:ImportKeyPair)" in answer["Error"]["Message"]

    @pytest.mark.parametrize(("kind", "executed"), [("drop-before", False), ("drop-after", True)])
    def test_drop(self, cvm: StandIn, kind: str, executed: bool) -> None:
        """The connection closes where a reply should come."""
        cvm.fault("ImportKeyPair", kind)
        with pytest.raises(http.client.RemoteDisconnected):
            raw(cvm)

        assert stored(cvm) is executed

    @pytest.mark.parametrize(("kind", "executed"), [("reset-before", False), ("reset-after", True)])
    def test_reset(self, cvm: StandIn, kind: str, executed: bool) -> None:
        """The connection is reset where a reply should come."""
        cvm.fault("ImportKeyPair", kind)
        request = sign(cvm.credentials, "ImportKeyPair", importing("a"), host=cvm.host)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        with socket.create_connection(("127.0.0.1", cvm.port), 5) as client:
            length = f"Content-Length: {len(request.body)}\r\n\r\n"
            client.sendall(f"POST / HTTP/1.1\r\n{head}{length}".encode() + request.body)
            with pytest.raises(ConnectionResetError):
                client.recv(1)

        assert stored(cvm) is executed

    @pytest.mark.parametrize(("kind", "executed"), [("http-error-before", False), ("http-error-after", True)])
    @pytest.mark.parametrize("status", [500, 502, 503])
    def test_http_error(self, cvm: StandIn, kind: str, executed: bool, status: int) -> None:
        """A proxy's page comes with its status."""
        cvm.fault("ImportKeyPair", kind, status=status)
        reply = raw(cvm)

        assert (reply.status, reply.headers["content-type"]) == (status, "text/html")
        assert stored(cvm) is executed

    @pytest.mark.parametrize(("kind", "executed"), [("html-before", False), ("html-after", True)])
    def test_html(self, cvm: StandIn, kind: str, executed: bool) -> None:
        """A page comes where JSON should."""
        cvm.fault("ImportKeyPair", kind)
        reply = raw(cvm)

        assert (reply.status, reply.headers["content-type"]) == (200, "text/html")
        assert reply.body.startswith(b"<html>")
        assert stored(cvm) is executed

    def test_truncated(self, cvm: StandIn) -> None:
        """The body ends before its length."""
        cvm.fault("ImportKeyPair", "truncated")
        with pytest.raises(http.client.IncompleteRead) as caught:
            raw(cvm)

        assert caught.value.partial.startswith(b'{"Response": {"KeyId": ')
        assert stored(cvm)

    def test_dribbled(self, cvm: StandIn) -> None:
        """The body comes bit by bit, each in time, all of it late."""
        cvm.fault("ImportKeyPair", "dribbled", seconds=0.6)
        began = time.monotonic()
        reply = raw(cvm, timeout=0.3)

        assert time.monotonic() - began >= 0.5
        assert json.loads(reply.body)["Response"]["KeyId"]
        assert stored(cvm)

    @pytest.mark.parametrize("parameters", [{}, {"content_type": "text/plain"}])
    def test_content_type(self, cvm: StandIn, parameters: dict[str, Any]) -> None:
        """The same reply, called something else."""
        cvm.fault("ImportKeyPair", "content-type", **parameters)
        reply = raw(cvm)

        expected = parameters.get("content_type", "application/json; charset=utf-8")
        assert reply.headers["content-type"] == expected
        assert json.loads(reply.body)["Response"]["KeyId"]

    @pytest.mark.parametrize(("kind", "left"), [("no-request-id", {"KeyId"}), ("no-key-id", {"RequestId"})])
    def test_missing_members(self, cvm: StandIn, kind: str, left: set[str]) -> None:
        """One member of the reply is not there."""
        cvm.fault("ImportKeyPair", kind)

        assert set(run(cvm, "a")) == left
        assert stored(cvm)

    def test_missing_request_id_of_an_error(self, cvm: StandIn) -> None:
        """An error can lack its RequestId, too."""
        cvm.fault("ImportKeyPair", "error-before+no-request-id")

        assert set(run(cvm, "a")) == {"Error"}

    def test_rival_name(self, cvm: StandIn) -> None:
        """Somebody else takes the name in between, with another key."""
        cvm.fault("ImportKeyPair", "rival-name")
        sent = importing("a")

        assert code(call(cvm, "ImportKeyPair", sent)) == "InvalidKeyPairName.Duplicate"
        assert cvm.account.key_pairs["a"].public_key.split()[1] != sent["PublicKey"].split()[1]

    def test_rival_key(self, cvm: StandIn) -> None:
        """Somebody else imports the key in between, under another name."""
        cvm.fault("ImportKeyPair", "rival-key")
        sent = importing("a")

        assert code(call(cvm, "ImportKeyPair", sent)) == "InvalidPublicKey.Duplicate"
        ((name, pair),) = cvm.account.key_pairs.items()
        assert name != "a"
        assert decode(pair.public_key) == decode(sent["PublicKey"])

    def test_rival_pair(self, cvm: StandIn) -> None:
        """Somebody else imports just the same in between."""
        cvm.fault("ImportKeyPair", "rival-pair")
        sent = importing("a")

        assert code(call(cvm, "ImportKeyPair", sent)) == "InvalidKeyPairName.Duplicate"
        assert decode(cvm.account.key_pairs["a"].public_key) == decode(sent["PublicKey"])

    def test_rivals_come_too_late_for_a_name_that_is_taken(self, cvm: StandIn) -> None:
        """A rival never disturbs what is there already."""
        pair = cvm.account.insert("a")
        cvm.fault("ImportKeyPair", "rival-name")
        run(cvm, "a")

        assert cvm.account.key_pairs == {"a": pair}

    def test_joined(self, cvm: StandIn) -> None:
        """Kinds can be joined, each doing its part."""
        cvm.fault("ImportKeyPair", "rival-pair+delay-after+drop-after", seconds=0.2)
        began = time.monotonic()
        with pytest.raises(http.client.RemoteDisconnected):
            raw(cvm)

        assert time.monotonic() - began >= 0.2
        assert cvm.calls[0].code == "InvalidKeyPairName.Duplicate"

    def test_every_kind_is_tested_here(self) -> None:
        """No kind is left out above."""
        files = (Path(__file__), Path(__file__).with_name("test_pages.py"))
        source = "".join(file.read_text(encoding="utf-8") for file in files)

        assert [kind for kind in KINDS if f'"{kind}' not in source] == []


class TestRules:
    """Which call a fault strikes."""

    def struck(self, cvm: StandIn, calls: int, action: str = "DescribeKeyPairs") -> list[int]:
        """Make calls and give the numbers, from 1, of those that were throttled."""
        answers = [call(cvm, action) for _ in range(calls)]
        return [n for n, answer in enumerate(answers, 1) if code(answer) == "RequestLimitExceeded"]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ({}, [1]),
            ({"nth": 3}, [3]),
            ({"times": 2}, [1, 2]),
            ({"nth": 2, "times": 3}, [2, 3, 4]),
            ({"nth": 4, "times": None}, [4, 5, 6]),
        ],
    )
    def test_nth_and_times(self, cvm: StandIn, rule: dict[str, Any], expected: list[int]) -> None:
        """A rule waits for its call and concerns this many calls."""
        cvm.fault("DescribeKeyPairs", "throttle", **rule)

        assert self.struck(cvm, 6) == expected
        assert bool(cvm.waiting_faults) is (rule.get("times", 1) is None)

    def test_other_actions_do_not_count(self, cvm: StandIn) -> None:
        """A rule sees the calls of its own action only; `*` sees all."""
        cvm.fault("ImportKeyPair", "throttle", nth=2)
        cvm.fault("*", "throttle", nth=4)

        assert self.struck(cvm, 3) == []
        assert code(run(cvm, "a")) == "RequestLimitExceeded"
        assert code(run(cvm, "a")) == "RequestLimitExceeded"
        assert code(run(cvm, "a")) == "ok"

    def test_several_rules_take_turns(self, cvm: StandIn) -> None:
        """A call meets one fault; the next one waits for the next call."""
        cvm.fault("ImportKeyPair", "throttle")
        cvm.fault("ImportKeyPair", "internal-error-before")
        cvm.fault("ImportKeyPair", "denied", nth=3)

        assert [code(run(cvm, "a")) for _ in range(4)] == [
            "RequestLimitExceeded",
            "InternalError",
            "AuthFailure.UnauthorizedOperation",
            "ok",
        ]

    def test_chance_is_repeatable(self, cvm: StandIn) -> None:
        """A rule by chance strikes the same calls for the same seed, and about as often as it says."""

        def struck(seed: int) -> list[int]:
            cvm.clear()
            cvm.fault("DescribeKeyPairs", "throttle", times=None, probability=0.3, seed=seed)
            return self.struck(cvm, 200)

        first = struck(1)
        assert first == struck(1) != struck(2)
        assert 35 <= len(first) <= 85

    def test_refused_requests_use_up_nothing(self, cvm: StandIn) -> None:
        """A refused request uses up no fault."""
        cvm.fault("DescribeKeyPairs", "denied")
        wrong = cvm.credentials._replace(secret_key="wrong")

        assert code(call(cvm, "DescribeKeyPairs", credential=wrong)) == "AuthFailure.SignatureFailure"
        assert code(call(cvm, "DescribeKeyPairs")) == "AuthFailure.UnauthorizedOperation"

    def test_clear(self, cvm: StandIn) -> None:
        """Dropped faults concern no call."""
        cvm.fault("DescribeKeyPairs", "throttle")
        assert cvm.waiting_faults == [Fault("DescribeKeyPairs", "throttle")]
        cvm.clear_faults()

        assert self.struck(cvm, 1) == []

    @pytest.mark.parametrize("kind", ["", "drop", "drop-after+", "nonsense"])
    def test_unknown_kinds(self, kind: str) -> None:
        """A kind that does not exist is refused when it is ordered."""
        with pytest.raises(ValueError, match="there are delay-before, "):
            Faults(KINDS).add(Fault("ImportKeyPair", kind))


def test_a_delayed_call_holds_up_nobody(cvm: StandIn) -> None:
    """While one call waits, others are answered."""
    cvm.fault("ImportKeyPair", "delay-before", seconds=5)
    request = sign(cvm.credentials, "ImportKeyPair", importing("a"), host=cvm.host)
    with pytest.raises(TimeoutError):
        send(cvm, request, timeout=0.05)
    answer: Answer = call(cvm, "DescribeKeyPairs")

    assert answer["TotalCount"] == 0
    assert not cvm.calls[0].executed
