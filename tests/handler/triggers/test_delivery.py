"""What becomes of a delivery that nobody waits for."""

from __future__ import annotations

import itertools
import json
import traceback
from typing import Any

import pytest

from handler.ambient import REAL
from handler.triggers.delivery import Redeliver
from tests.doubles.clocks import SkippingClock
from tests.doubles.function import Function
from tests.handler.triggers.samples import ckafka, cloud_event, requests, timer
from tests.keys.many import public_keys

KEYS = public_keys(30)
REQUEST = requests(KEYS[:1])[0]


def hasty() -> Any:
    """Return surroundings in which waiting takes no time."""
    clock = SkippingClock()
    return REAL._replace(monotonic=clock.now, sleep=clock.sleep)


def raised_by(function: Function, event: object) -> Redeliver:
    """Return what the platform sees as the reason to deliver an event again."""
    with pytest.raises(Redeliver) as caught:
        function(event, hasty())
    return caught.value


def test_all_are_decided_before_it_is_raised_once(function: Function) -> None:
    """A record that may succeed later keeps no other from being imported, and each has its line."""
    function.cvm.fault("ImportKeyPair", "throttle", nth=2, times=None)
    error = raised_by(function, ckafka([*requests(KEYS[:1]), "poison", *requests(KEYS[1:3], start=1)]))
    assert function.fields("offset", "result", "code") == [
        (36, "created", None),
        (37, None, "malformed-json"),
        (38, None, "upstream-busy"),
        (39, None, "upstream-busy"),
    ]
    assert str(error) == (
        "2 of 4 records may succeed later, so all are to come again: upstream-busy 2"
        " (request request-1; first at 1:38, 1:39)"
    )
    function.cvm.clear_faults()
    assert function(ckafka([*requests(KEYS[:1]), "poison", *requests(KEYS[1:3], start=1)])) == {
        "unchanged": 1,
        "refused": 1,
        "created": 2,
    }


def test_the_reason_is_all_there_is_to_see(function: Function) -> None:
    """The traceback, which goes to the log and the dead-letter queue, holds no other exception."""
    function.cvm.fault("*", "drop-before", times=None)
    error = raised_by(function, ckafka(requests(KEYS[:2])))
    assert (error.__cause__, error.__context__) == (None, None)
    text = "".join(traceback.format_exception(error))
    assert text.count("Traceback") == 1
    assert all(key.split()[1] not in text for key in KEYS[:2])


@pytest.mark.parametrize(
    ("event", "place"),
    [
        (cloud_event(REQUEST), "13a3f42d-7258-4ada-da6d-023a333b4662"),
        (cloud_event(REQUEST, id="-----BEGIN RSA PRIVATE KEY-----"), "#0"),
        (timer(json.dumps(REQUEST)), "#0"),
        ({"Records": [{"Ckafka": {"topic": "new-hires", "msgBody": REQUEST}}]}, "#0"),
    ],
)
def test_every_source_names_the_place(function: Function, event: object, place: str) -> None:
    """By id where there is one that looks like one, else by position."""
    function.cvm.fault("*", "throttle", times=None)
    assert str(raised_by(function, event)).endswith(f"(request request-1; first at {place})")


def test_not_more_than_ten_places_are_named(function: Function) -> None:
    """The text stays short; the log has them all."""
    del function.environ["TENCENTCLOUD_SECRETID"]
    error = raised_by(function, ckafka(requests(KEYS[:20])))
    assert str(error).startswith("20 of 20 records may succeed later")
    assert str(error).endswith("1:44, 1:45)")
    assert function.fields("code") == [("misconfigured",)] * 20


@pytest.mark.parametrize(
    ("name", "value"),
    [("MIN_RSA_BITS", "many"), ("CALLERS_FILE", "nowhere.json"), ("TENCENTCLOUD_SECRETKEY", "")],
)
def test_our_own_faults_make_it_come_again(function: Function, name: str, value: str) -> None:
    """Nothing is lost while settings, callers or role are wrong; the log names the cause for each record."""
    function.environ[name] = value
    error = raised_by(function, ckafka([*requests(KEYS[:2]), "poison"]))
    codes = [code for (code,) in function.fields("code")]
    assert codes[:2] == ["misconfigured"] * 2
    assert all(cause for (cause,) in function.fields("cause")[:2])
    assert "misconfigured" in str(error)


def test_what_nobody_listed_does_not_come_again(function: Function) -> None:
    """It would be refused for ever."""
    function.let_in("invoke")
    for event in (ckafka(requests(KEYS[:2])), cloud_event({}), timer("{}")):
        assert set(function(event)) == {"refused"}


def test_dry_runs_are_counted_apart(function: Function) -> None:
    """They create nothing, whatever they say."""
    asked = [{**request, "dryRun": True} for request in requests(KEYS[:2])]
    assert function(ckafka([*asked, *requests(KEYS[:1])])) == {"dryRun": 2, "created": 1}


def test_a_defect_of_ours_does_not_come_again(function: Function, monkeypatch: pytest.MonkeyPatch) -> None:
    """The unforeseen is logged where it happened and ends one record."""
    from handler.callers import trigger

    def broken(source: str, known: object) -> None:
        raise KeyError(source)

    monkeypatch.setattr(trigger, "recognise", broken)
    assert function(ckafka(requests(KEYS[:2]))) == {"refused": 2}
    assert function.fields("code") == [("internal-error",)] * 2
    assert all("KeyError at test_delivery.py" in cause for (cause,) in function.fields("cause"))


def test_the_time_limit_of_the_platform_holds(function: Function) -> None:
    """Once the time is up the rest is not even read: it is logged as to come again, and comes again."""
    minutes = itertools.count(step=60.0)
    ambient = REAL._replace(monotonic=lambda: next(minutes))
    with pytest.raises(Redeliver, match="32 of 33 records may succeed later"):
        function(ckafka(["poison", {}, *requests(KEYS), {}]), ambient, time_limit_in_ms=30_000)
    assert function.fields("code") == [("malformed-json",)] + [("upstream-busy",)] * 32
    assert function.asked() == []


@pytest.mark.slow
def test_time_is_kept_for_the_lines_of_a_large_delivery(function: Function) -> None:
    """The more records, the earlier the last import: each that is left over still needs its line."""
    slow = SkippingClock()
    ends: list[float] = []

    def late(seconds: float) -> None:
        slow.sleep(seconds)
        ends.append(slow.now() - begun)

    function.cvm.fault("*", "throttle", times=None)
    event = ckafka([*requests(KEYS), *["poison"] * 9970])
    begun = slow.now()
    with pytest.raises(Redeliver):
        function(event, REAL._replace(monotonic=slow.now, sleep=late))
    assert max(ends) < 20 - 10_000 * 0.0002


@pytest.mark.slow
def test_a_large_delivery_gets_on_in_a_small_time(function: Function) -> None:
    """Half the time at most is kept for the lines, so that each delivery makes progress."""
    function.environ["TIME_BUDGET_MS"] = "1000"
    assert function(ckafka([*requests(KEYS[:3]), *["poison"] * 9997])) == {"created": 3, "refused": 9997}
