"""A batch that nobody waits for is delivered until it is through, whatever happens on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local.cvm import Options, StandIn, serve
from tests.conftest import LONG
from tests.handler.triggers.samples import ckafka, requests
from tests.keys.many import public_keys

ROOT = Path(__file__).parents[2]
MARK = "MARKEDPRIVATEKEY"
POISON = {
    49: "this is no JSON",
    102: json.dumps({"keyName": "leak", "publicKey": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{MARK}"}),
    151: json.dumps({"keyName": "not allowed", "publicKey": "ssh-rsa AAAA"}),
}
KEYS = public_keys(200 - len(POISON))

# What SCF does: it loads index.py, hands over the event and logs what comes of it.
RUNNER = """
import json, sys
import index
context = {"request_id": sys.argv[1], "time_limit_in_ms": 30000}
print("RETURNED", json.dumps(index.main_handler(json.load(sys.stdin), context)))
"""


class Delivery(NamedTuple):
    """What came of one delivery: the exit code of its process, its audit lines and all it has written."""

    code: int
    audit: list[dict[str, Any]]
    text: str


def batch() -> dict[str, Any]:
    """Return 200 messages, three of them poison."""
    bodies: list[object] = list(requests(KEYS))
    for place, body in POISON.items():
        bodies.insert(place, body)
    return ckafka(bodies, offset=0)


def deliver(cvm: StandIn, folder: Path, number: int, kill_at: int = 0) -> Delivery:
    """Deliver the batch to a new instance; end it at once when the account holds so many key pairs."""
    event, output = folder / "event.json", folder / f"output-{number}"
    event.write_text(json.dumps(batch()))
    with event.open() as source, output.open("w") as written:
        process = subprocess.Popen(
            [sys.executable, "-c", RUNNER, f"delivery-{number}"],
            cwd=ROOT,
            stdin=source,
            stdout=written,
            stderr=subprocess.STDOUT,
            env={
                "PYTHONDONTWRITEBYTECODE": "1",
                "PATH": os.environ["PATH"],
                "CALLERS_FILE": str(folder / "callers.json"),
                "CVM_ENDPOINT": cvm.url,
                "TIME_BUDGET_MS": "10000" if LONG else "4000",
                "TENCENTCLOUD_REGION": "ap-guangzhou",
                "TENCENTCLOUD_SECRETID": cvm.credentials.secret_id,
                "TENCENTCLOUD_SECRETKEY": cvm.credentials.secret_key,
                "TENCENTCLOUD_SESSIONTOKEN": cvm.credentials.token,
            },
        )
        while kill_at and len(cvm.account) < kill_at and process.poll() is None:
            time.sleep(0.002)
        if kill_at:
            process.kill()
        code = process.wait()
    text = output.read_text()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith('{"log":"audit"')]
    return Delivery(code, lines, text)


@pytest.mark.slow
def test_a_batch_gets_through(tmp_path: Path) -> None:
    """200 messages, throttled, with a lost reply, three poison messages and an instance that is killed.

    At the end each valid key is there once. Every delivery has made progress, each poison message has
    cost one line a delivery, and CVM was asked no more than all this explains.
    """
    callers = {"callers": [{"id": "hr", "auth": {"scheme": "trigger", "source": "ckafka:new-hires"}}]}
    (tmp_path / "callers.json").write_text(json.dumps(callers))
    with serve(Options(quota=1000, rate=10 if LONG else 40)) as cvm:
        # The reply to the import at which the instance is killed is still on its way by then.
        cvm.fault("ImportKeyPair", "delay-after", nth=40, seconds=1.0)
        cvm.fault("ImportKeyPair", "throttle", nth=70, times=2)
        cvm.fault("ImportKeyPair", "drop-after", nth=110)
        deliveries, held = [deliver(cvm, tmp_path, 0, kill_at=40)], [len(cvm.account)]
        while deliveries[-1].code != 0:
            assert len(deliveries) < 20
            deliveries.append(deliver(cvm, tmp_path, len(deliveries)))
            held.append(len(cvm.account))
        calls = cvm.calls
        stored = {pair.key_name: pair.public_key.split()[1] for pair in cvm.account}

    assert stored == {f"key_{number}": key.split()[1] for number, key in enumerate(KEYS)}
    assert len(cvm.account) == len(KEYS)
    assert held == sorted(set(held)), "every delivery made progress"

    killed, *others, last = deliveries
    assert killed.code == -9
    for delivery in others:
        assert delivery.code == 1
        assert "handler.triggers.delivery.Redeliver: " in delivery.text
        assert delivery.text.count("Traceback") == 1
    for delivery in (*others, last):
        assert [line["offset"] for line in delivery.audit] == list(range(200))
        poison = [(line["offset"], line["code"]) for line in delivery.audit if line["offset"] in POISON]
        if delivery is last:
            assert poison == [(49, "malformed-json"), (102, "invalid-public-key"), (151, "invalid-request")]
    assert Counter(line.get("result") or line["code"] for line in last.audit).keys() <= {
        "created",
        "unchanged",
        "malformed-json",
        "invalid-public-key",
        "invalid-request",
    }
    assert MARK not in "".join(delivery.text for delivery in deliveries)
    assert not any(key.split()[1][40:80] in delivery.text for key in KEYS[::20] for delivery in deliveries)

    imports = [call for call in calls if call.action == "ImportKeyPair"]
    lists = [call for call in calls if call.action == "DescribeKeyPairs"]
    throttled = sum(call.code == "RequestLimitExceeded" for call in imports)
    assert throttled >= 2
    assert sum(call.executed for call in imports) == len(KEYS)
    # On a slow machine a reply may come too late for the last import of a delivery, which the next repeats.
    assert len(imports) <= len(KEYS) + throttled + len(others), "no key was sent without need"
    # A list for each delivery and one for each reply that was lost or late, of a page for every hundred.
    assert len(lists) <= 2 * (len(deliveries) + 1 + len(others))
