"""Every fault of COS, at the reading of an object and at the writing of its result, beside faults of CVM."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from handler.ambient import REAL, Ambient
from handler.triggers.delivery import Redeliver
from local.cos.faults import KINDS
from local.cvm import Options, serve
from local.in_process import Json
from tests.doubles.clocks import Clock, SkippingClock
from tests.doubles.drop_box import BUCKET, Box, drop_box
from tests.doubles.function import Function
from tests.faults import wire

GET, PUT = "GetObject", "PutObject"

#: Faults after which COS's answer is there all the same.
HARMLESS = {"delay-before", "delay-after", "dribbled", "content-type"}

#: What other faults mean; those that are not named here leave COS without an answer.
CODES = {"throttle": "upstream-busy", "denied": "misconfigured"}
CODES |= dict.fromkeys(("html-before", "html-after"), "upstream-error")

#: What nobody else changes in the meantime; tests/handler/triggers/test_cos.py has the other faults.
FAULTS = [kind for kind in KINDS if not kind.startswith("object-") and kind != "gone"]

#: Faults of CVM at the first import, and what the first delivery then says of the key pair.
CVM = {"": "created", "throttle": "created", "internal-error-before": "created", "drop-after": "unchanged"}


@pytest.fixture
def box() -> Iterator[Box]:
    """Yield a drop box beside an account without limits."""
    with serve(Options(quota=0, rate=0)) as cvm, Function(cvm) as function, drop_box(function) as made:
        yield made


def delivered(box: Box, event: Json, wall: Callable[[], float] = time.time) -> str:
    """Deliver an event and return its outcome: how it ended, or `raised` and the problem's code."""
    clock = SkippingClock()
    ambient = Ambient(wall, clock.now, clock.sleep, REAL.random, {})
    try:
        (ending,) = box.function(event, ambient)
    except Redeliver as raised:
        return f"raised: {str(raised).partition('again: ')[2].split()[0]}"
    return str(ending)


def _wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something that is under way has happened."""
    while not condition():
        time.sleep(0.005)


def assert_settled(box: Box, event: Json, wall: Callable[[], float] = time.time) -> None:
    """Assert that every further delivery leaves one key pair, and a result file that says so."""
    assert delivered(box, event, wall) == "unchanged"
    assert [pair.key_name for pair in box.function.cvm.account] == ["alice"]
    assert box.result("out/alice.json")["result"] == "unchanged"


@pytest.mark.parametrize("disturbance", CVM)
@pytest.mark.parametrize("fault", FAULTS)
def test_at_the_reading_of_the_object(box: Box, fault: str, disturbance: str) -> None:
    """Nothing is imported or said before the object has been read whole; the next delivery reads it."""
    event = box.put("in/alice.pub")
    box.store.fault(GET, fault, seconds=0.02)
    if disturbance:
        box.function.cvm.fault("ImportKeyPair", disturbance)

    if fault not in HARMLESS:
        assert delivered(box, event) == f"raised: {CODES.get(fault, 'upstream-unreachable')}"
        assert list(box.function.cvm.account) == []
        assert box.asked() == [GET]

    assert delivered(box, event) == CVM[disturbance]
    assert box.result("out/alice.json")["result"] == CVM[disturbance]
    assert_settled(box, event)


@pytest.mark.parametrize("disturbance", CVM)
@pytest.mark.parametrize("fault", FAULTS)
def test_at_the_writing_of_the_result(box: Box, fault: str, disturbance: str) -> None:
    """The key pair is there; what a repeat can mend is raised, a missing right is logged."""
    event = box.put("in/alice.pub")
    box.store.fault(PUT, fault, seconds=0.02)
    if disturbance:
        box.function.cvm.fault("ImportKeyPair", disturbance)
    # The reply to a PUT has no body that could be cut short.
    answered = fault in HARMLESS | {"truncated"}

    outcome = delivered(box, event)

    assert [pair.key_name for pair in box.function.cvm.account] == ["alice"]
    if answered or fault == "denied":
        assert outcome == CVM[disturbance]
    else:
        assert outcome == f"raised: {CODES.get(fault, 'upstream-unreachable')}"
    if fault == "late-write":
        _wait_for(lambda: box.store.calls[-1].executed)
    unwritten = [line for line in box.function.log if line["log"] == "error"]
    assert len(unwritten) == (0 if answered else 1)
    assert_settled(box, event)


@pytest.mark.parametrize("fault", ["denied", "internal-error-before"])
def test_lasting_fault_of_cvm_writes_no_result(box: Box, fault: str) -> None:
    """What may succeed later is no result yet: it is raised until it does, and COS holds no false word."""
    event = box.put("in/alice.pub")
    box.function.cvm.fault("ImportKeyPair", fault, times=None)

    assert delivered(box, event).startswith("raised: ")
    assert box.asked() == [GET]
    assert list(box.function.cvm.account) == []

    box.function.cvm.clear_faults()
    assert delivered(box, event) == "created"
    assert_settled(box, event)


def test_object_that_drips_is_given_up(box: Box) -> None:
    """Each piece comes in time, the whole does not: it is left while there is time to say so."""
    event = box.put("in/alice.pub")
    box.function.environ["TIME_BUDGET_MS"] = "1000"
    box.store.fault(GET, "dribbled", seconds=20.0)

    assert delivered(box, event) == "raised: upstream-unreachable"
    assert delivered(box, event) == "created"


def test_reply_to_a_result_that_drips_is_given_up(box: Box) -> None:
    """COS may have written it or not, so the event comes again, and the key pair stays one."""
    event = box.put("in/alice.pub")
    content = box.store.objects[BUCKET, "in/alice.pub"].body
    box.function.environ["TIME_BUDGET_MS"] = "1000"

    def drip(peer: socket.socket, _number: int) -> None:
        head = b"HTTP/1.1 200 OK\r\nx-cos-request-id: r\r\nContent-Length: %d\r\n\r\n"
        while request := peer.recv(65536):
            if request.startswith(b"GET "):
                peer.sendall(head % len(content) + content)
                continue
            for byte in head % 0:
                peer.sendall(bytes([byte]))
                time.sleep(0.1)

    with wire.server(drip) as dripping:
        box.function.environ["COS_ENDPOINT"] = f"http://{dripping.host}"
        assert delivered(box, event) == "raised: upstream-unreachable"

    box.function.environ["COS_ENDPOINT"] = box.store.url
    assert_settled(box, event)


def test_put_delivered_again_after_two_hours_ends_in_the_same_state() -> None:
    """Twice, out of order, two hours later: one key pair, and a result that says `unchanged`."""
    clock = Clock(time.time())
    account = serve(Options(quota=0, rate=0), clock)
    with account as cvm, Function(cvm) as function, drop_box(function, clock) as box:
        first, second = box.put("in/alice.pub"), box.put("in/alice.pub")

        assert delivered(box, second, clock) == "created"
        assert box.result("out/alice.json")["result"] == "created"
        assert delivered(box, second, clock) == "unchanged"
        assert delivered(box, first, clock) == "unchanged"
        before = box.result("out/alice.json")

        clock.now += 7200
        assert_settled(box, first, clock)
        assert box.result("out/alice.json") | {"cvmRequestId": ""} == before | {"cvmRequestId": ""}
