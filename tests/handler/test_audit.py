"""The audit line of each decision: who, what, from where, and with which result."""

from __future__ import annotations

import pytest

from local.cvm import StandIn
from local.in_process import REQUEST_ID, Function
from tests.handler.scene import GOOD, KNOWN, problem


def test_a_decision_leaves_one_audit_line(function: Function) -> None:
    """The line of an import says who, what, from where, with which result and at which cost."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = function.post(GOOD, headers={**KNOWN, "traceparent": f"00-{trace}-00f067aa0ba902b7-01"})
    (line,) = function.audit

    assert line == {
        "log": "audit",
        "requestId": REQUEST_ID,
        "cold": line["cold"],
        "trigger": "http",
        "traceId": trace,
        "caller": "onboarding",
        "keyName": "alice",
        "fingerprint": answer.json["fingerprint"],
        "bits": 3072,
        "result": "created",
        "keyId": answer.json["keyId"],
        "cvmRequestId": answer.json["cvmRequestId"],
        "attempts": 1,
        "upstreamMs": line["upstreamMs"],
        "totalMs": line["totalMs"],
    }


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (GOOD, {}, {"code": "unauthenticated", "cause": "no-credentials"}),
        (
            "{",
            KNOWN,
            {
                "code": "malformed-json",
                "caller": "onboarding",
                "cause": "It stops being JSON at line 1, column 2.",
            },
        ),
        (
            {**GOOD, "projectId": -1},
            KNOWN,
            {"code": "invalid-request", "caller": "onboarding", "keyName": "alice"},
        ),
        (
            {**GOOD, "publicKey": ""},
            KNOWN,
            {"code": "invalid-public-key", "reason": "empty", "caller": "onboarding", "keyName": "alice"},
        ),
    ],
)
def test_a_refusal_leaves_one_audit_line(
    body: object, headers: dict[str, str], expected: dict[str, str], function: Function
) -> None:
    """A refusal is on record as far as it came."""
    function.post(body, headers=headers)
    (line,) = function.audit
    common = {"log", "requestId", "cold", "trigger", "totalMs"}

    assert {name: value for name, value in line.items() if name not in common} == expected


def test_the_audit_line_of_a_conflict_names_what_is_in_the_way(function: Function, cvm: StandIn) -> None:
    """It has the id of the key pair that is there, and of the answer of CVM that showed it."""
    function.post(GOOD)
    answer = function.post({**GOOD, "keyName": "bob"})
    problem(answer, 409, "public-key-conflict")
    line = function.audit[-1]

    assert (line["keyName"], line["fingerprint"][:7], line["bits"]) == ("bob", "SHA256:", 3072)
    assert line["keyId"] == answer.json["keyId"] == cvm.account.key_pairs["alice"].key_id
    assert line["cvmRequestId"] == answer.json["cvmRequestId"]
