"""Everything is up at once, and the real function answers through every front door."""

from __future__ import annotations

import http.client
import json
import os
from pathlib import Path
from typing import Any

import pytest

from local import cvm, events, gateway
from local.stage import Stage, staged
from local.tls import Authority

KEYS = (events.EVENTS / "keys.pub").read_text(encoding="ascii").splitlines()


def post(stage: Stage, body: object, key: str | None = None) -> tuple[int, Any]:
    """Send one request as an onboarding system would; return status and JSON body."""
    connection = http.client.HTTPConnection("127.0.0.1", stage.gateway.port, timeout=60)
    headers = {"Authorization": f"Bearer {key or stage.api_key}", "Content-Type": "application/json"}
    connection.request("POST", "/key-pairs", json.dumps(body), headers)
    reply = connection.getresponse()
    try:
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


@pytest.mark.parametrize("shape", gateway.SHAPE_NAMES)
def test_the_function_answers_through_every_front_door(shape: str) -> None:
    """A key is created once and unchanged afterwards, an unknown caller is turned away."""
    with staged(cvm.Options(), gateway.Options(shape=shape, init_timeout=120)) as stage:
        wanted = {"keyName": "alice", "publicKey": KEYS[0]}
        status, created = post(stage, wanted)
        assert (status, created["result"]) == (201, "created")
        assert post(stage, wanted)[0] == 200
        assert post(stage, wanted, "another" * 8)[0] == 401
        assert [pair.key_id for pair in stage.cvm.account] == [created["keyId"]]
        # The role's credentials are new with every call, as the stand-in has seen.
        assert len({call.secret_id for call in stage.cvm.calls}) == 2


def test_the_function_goes_the_real_way(tmp_path: Path) -> None:
    """With an authority, the function connects to CVM's own name over HTTPS and verifies the certificate."""
    with staged(cvm.Options(authority=Authority(tmp_path)), gateway.Options(init_timeout=120)) as stage:
        status, created = post(stage, {"keyName": "alice", "publicKey": KEYS[0]})
        assert (status, created["result"]) == (201, "created")
        assert [call.headers["host"] for call in stage.cvm.calls] == ["cvm.tencentcloudapi.com"]


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The callers file is there while it is needed, for nobody else to read, and no longer."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with staged(cvm.Options(), gateway.Options()):
        (file,) = tmp_path.glob("*/callers.json")
        assert os.stat(file.parent).st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_ones_own_variables_win() -> None:
    """Whoever sets a variable of the function gets what they asked for."""
    environment = {"CVM_ENDPOINT": "http://127.0.0.1:1", "TIME_BUDGET_MS": "1000"}
    with staged(cvm.Options(), gateway.Options(environment=environment, init_timeout=120)) as stage:
        assert post(stage, {"keyName": "alice", "publicKey": KEYS[0]})[1]["code"] == "upstream-unreachable"
