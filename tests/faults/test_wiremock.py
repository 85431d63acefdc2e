"""Faults from a proxy that this project did not write: WireMock, between the function and the stand-in.

https://wiremock.org/docs/simulating-faults/ describes what it can do.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from handler.upstream import transport
from local.cvm import StandIn
from tests import shared
from tests.faults import truth
from tests.faults.scene import environ, order, see, stand_in

HERE = Path(__file__).parent


def _jar() -> Path | None:
    """Return WireMock's program, installed into this folder; None where it cannot be had."""
    if not (shutil.which("java") and shared.npm_ci(HERE)):
        return None
    return next(HERE.glob("node_modules/wiremock/build/wiremock-standalone-*.jar"), None)


class Proxy:
    """WireMock, told through its own admin API what to do with the next requests."""

    def __init__(self, jar: Path, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.host = f"127.0.0.1:{port}"
        command = ["java", "-Xmx128m", "-jar", str(jar), "--port", str(port), "--bind-address", "127.0.0.1"]
        command += ["--root-dir", str(folder), "--preserve-host-header", "--disable-banner"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        patience = time.monotonic() + 30
        while not self._is_up():
            assert time.monotonic() < patience, "WireMock did not start"
            time.sleep(0.1)

    def _is_up(self) -> bool:
        try:
            self._admin("GET", "mappings")
        except urllib.error.URLError:
            return False
        return True

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()

    def between(self, running: StandIn, *, first: dict[str, Any], action: str) -> None:
        """Pass everything on to the stand-in, but do this with the first request for an action."""
        self._admin("POST", "mappings/reset")
        self._admin("POST", "scenarios/reset")
        onward = {"proxyBaseUrl": running.url}
        self._admin("POST", "mappings", {"priority": 9, "request": {"method": "ANY"}, "response": onward})
        self._admin(
            "POST",
            "mappings",
            {
                "priority": 1,
                "scenarioName": "once",
                "requiredScenarioState": "Started",
                "newScenarioState": "done",
                "request": {"method": "POST", "headers": {"X-TC-Action": {"equalTo": action}}},
                "response": {**(onward if "fault" not in first and "body" not in first else {}), **first},
            },
        )

    def _admin(self, method: str, path: str, value: Any = None) -> None:
        body = json.dumps(value).encode() if value is not None else None
        request = urllib.request.Request(
            f"http://{self.host}/__admin/{path}", body, {"Content-Type": "application/json"}, method=method
        )
        with urllib.request.urlopen(request, timeout=5) as reply:
            reply.read()


@pytest.fixture(scope="module")
def _proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy | None]:
    jar = _jar()
    if jar is None:
        yield None
        return
    proxy = Proxy(jar, tmp_path_factory.mktemp("wiremock"))
    try:
        yield proxy
    finally:
        transport.forget()
        proxy.close()


@pytest.fixture
def proxy(_proxy: Proxy | None, missing: Callable[[str, str], None]) -> Proxy | None:
    """WireMock; None, and said at the end of the run, where it cannot be had."""
    if _proxy is None:
        missing("java, node or npm", "the import behind a fault proxy of somebody else's")
    return _proxy


#: What WireMock does to the first request, and what the first import answers then.
FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "empty reply": ({"fault": "EMPTY_RESPONSE"}, "created"),
    "reset": ({"fault": "CONNECTION_RESET_BY_PEER"}, "created"),
    "garbage": ({"fault": "RANDOM_DATA_THEN_CLOSE"}, "created"),
    "malformed chunk": ({"fault": "MALFORMED_RESPONSE_CHUNK"}, "created"),
    "a page": ({"status": 200, "body": "<html>busy</html>"}, "created"),
    "bad gateway": ({"status": 502, "body": ""}, "created"),
    "a redirect": ({"status": 302, "headers": {"Location": "http://127.0.0.1:9/"}, "body": ""}, "created"),
    "other JSON": ({"status": 200, "body": '{"ok": true}'}, "created"),
    "a delay": ({"fixedDelayMilliseconds": 200}, "created"),
    "a long delay": ({"fixedDelayMilliseconds": 1500}, "unchanged"),
    "a dribble": ({"chunkedDribbleDelay": {"numberOfChunks": 5, "totalDuration": 200}}, "created"),
    "a long dribble": ({"chunkedDribbleDelay": {"numberOfChunks": 15, "totalDuration": 3000}}, "unchanged"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_somebody_else_s_at_the_write(name: str, proxy: Proxy | None) -> None:
    """Executed or not, heard or not: the answer is true."""
    if proxy is None:
        return
    fault, answer = FAULTS[name]
    with stand_in() as running:
        proxy.between(running, first=fault, action="ImportKeyPair")
        seen = see(proxy.host, order("alice", 1), environ(running.credentials), budget=2.0)
        truth.check(seen, running, order("alice", 1), {}, running.calls)
        assert seen.answer == answer
        assert list(running.account.key_pairs) == ["alice"]


@pytest.mark.slow
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_somebody_else_s_at_the_look_up(name: str, proxy: Proxy | None) -> None:
    """The look-up is repeated, and settles the doubt."""
    if proxy is None:
        return
    with stand_in() as running:
        running.fault("ImportKeyPair", "drop-after")
        proxy.between(running, first=FAULTS[name][0], action="DescribeKeyPairs")
        seen = see(proxy.host, order("alice", 1), environ(running.credentials), budget=6.0)
        assert seen.answer == "unchanged"
        assert seen.late <= 0
