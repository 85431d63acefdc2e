"""People see what came of a call in a few short rows."""

from __future__ import annotations

import base64
import json

from local import report
from local.gateway import EventOutcome, failures


def shown(value: object) -> str:
    """Return what is shown of a call that returned this value."""
    return report.text(report.rows(EventOutcome("id", json.dumps(value))))


def http(status: int, body: object) -> dict[str, object]:
    """Return an HTTP reply of the function."""
    return {"statusCode": status, "body": json.dumps(body)}


def test_a_result_shows_key_id_fingerprint_and_time() -> None:
    """What was imported, under which id, and how long it took."""
    body = {
        "result": "unchanged",
        "keyId": "skey-1",
        "bits": 3072,
        "fingerprint": "SHA256:x",
        "differences": [{"pointer": "/projectId", "requested": 1, "stored": 0}],
    }
    outcome = EventOutcome("id", json.dumps(http(200, body)), cold=True, init_ms=12.3, call_ms=4.6)
    assert report.text(report.rows(outcome)) == "\n".join(
        [
            "   status       200",
            "   result       unchanged",
            "   key id       skey-1",
            '   difference   {"pointer": "/projectId", "requested": 1, "stored": 0}',
            "   fingerprint  SHA256:x (3072 bits)",
            "   time         cold start 12 ms, call 5 ms",
        ]
    )


def test_a_dry_run_is_called_one() -> None:
    """Nobody takes what was only tried for done."""
    body = {"result": "created", "dryRun": True, "bits": 1, "fingerprint": "x"}
    assert "created (dry run)" in shown(http(200, body))


def test_a_problem_shows_detail_errors_and_remedy() -> None:
    """Every error is a row of its own, with its place in the request."""
    body = {
        "code": "invalid-request",
        "reason": "why",
        "detail": "What.",
        "errors": [{"pointer": "", "detail": "One."}, {"pointer": "/a", "detail": "Two."}],
        "remedy": "Do.",
    }
    assert shown(http(422, body)).splitlines()[1:-1] == [
        "   problem      invalid-request why",
        "   detail       What.",
        "   error        / One.",
        "   error        /a Two.",
        "   remedy       Do.",
    ]


def test_many_items_are_a_row_each() -> None:
    """A batch shows the status of each item."""
    body = {"results": [{"index": 0, "status": 201, "body": {}}, {"index": 1, "status": 409, "body": {}}]}
    assert shown(http(207, body)).splitlines()[1:3] == ["   item         0: 201", "   item         1: 409"]


def test_other_values_are_shown_whole() -> None:
    """Replies that are text, base64 or no HTTP at all are told as they are."""
    assert "returned     <xml/>" in shown({"statusCode": 200, "body": "<xml/>"})
    encoded = base64.b64encode(b"text").decode()
    assert "returned     text" in shown({"statusCode": 200, "body": encoded, "isBase64Encoded": True})
    assert shown({"created": 1}) == '   returned     {"created": 1}\n   time         warm, call 0 ms'
    assert shown([1]).startswith("   returned     [1]")


def test_the_platforms_error_shows_the_last_words() -> None:
    """Of a traceback the line that matters."""
    outcome = EventOutcome(
        "id", failure=failures.user_code_exception("Traceback:\n  File\nRedeliver: 1 of 2")
    )
    assert "problem      user code exception caught Redeliver: 1 of 2" in report.text(report.rows(outcome))


def test_decisions_are_the_audit_lines() -> None:
    """What was said first, then what it is about; other lines of the log are none."""
    audit = {"log": "audit", "requestId": "r", "caller": "c", "keyName": "k", "code": "x", "reason": "y"}
    log = [
        f"instance 1 | {json.dumps(audit)}",
        'instance 1 | {"level": "info"}',
        "instance 1 | [1]",
        "instance 1 | plain",
        "event -> returned",
    ]
    assert report.decisions(log) == [("decision", "x y caller=c keyName=k")]
