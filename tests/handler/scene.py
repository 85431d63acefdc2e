"""What the tests of the HTTP contract send, and how they read a refusal."""

from __future__ import annotations

from typing import Any

from local.in_process import API_KEY, REQUEST_ID, HttpAnswer, public_keys

ALICE, BOB, *_ = public_keys()
GOOD = {"keyName": "alice", "publicKey": ALICE}
KNOWN = {"authorization": f"Bearer {API_KEY}"}
PRIVATE = "-----BEGIN OPENSSH PRIVATE KEY-----"


def problem(answer: HttpAnswer, status: int, code: str) -> dict[str, Any]:
    """Return the problem in an answer, once it is sure that it is this one."""
    assert (answer.status, answer.json["code"], answer.json["status"]) == (status, code, status)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["requestId"] == answer.headers["X-Request-Id"] == REQUEST_ID
    found: dict[str, Any] = answer.json
    return found
