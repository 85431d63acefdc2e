"""Shows a call to people: short rows of a name and a text."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from local.columns import row
from local.gateway import EventOutcome

Row = tuple[str, object]

# What of an audit line stands first in a decision, and what is about the run more than about the decision.
_SAID = ("result", "code", "reason")
_ASIDE = {*_SAID, "log", "requestId", "traceId", "cvmRequestId", "cold", "trigger", "bits", "fingerprint"}
_ASIDE |= {"attempts", "upstreamMs", "totalMs"}


#: A longer text, such as the page, is shown by its length.
_LONGEST = 2_000


def text(rows: Sequence[Row]) -> str:
    """Return the rows as lines, without empty rows."""
    return "\n".join(row(name, value) for name, value in rows if value not in (None, "", []))


def status_and_body(outcome: EventOutcome) -> tuple[int, Any]:
    """Return status and body of what the function answered to HTTP; JSON is parsed, anything else is text.

    The platform's own error, and a value that is no HTTP reply, look like one: a direct Invoke has status 0.
    """
    if outcome.failure:
        last_words = outcome.failure.stack.splitlines()[-1:]
        return outcome.failure.status, {"code": " ".join([outcome.failure.message, *last_words])}
    value = outcome.result
    if not isinstance(value, dict) or "statusCode" not in value:
        return 0, value
    body = value.get("body") or ""
    if value.get("isBase64Encoded"):
        body = base64.b64decode(body).decode("utf-8", "replace")
    try:
        return value["statusCode"], json.loads(body)
    except ValueError:
        return value["statusCode"], body


def rows(outcome: EventOutcome) -> list[Row]:
    """Return status, result or problem, key id, fingerprint and time."""
    status, body = status_and_body(outcome)
    return [("status", status or None), *_body(body), ("time", _time(outcome))]


def decisions(log: Sequence[str]) -> list[Row]:
    """Return the audit lines that a function has written, one row for each decision."""
    return [("decision", decision) for decision in map(_decision, log) if decision]


def _body(body: Any) -> list[Row]:
    if not isinstance(body, dict):
        text = body if isinstance(body, str) else json.dumps(body)
        return [("returned", text if len(text) <= _LONGEST else f"{len(text)} characters")]
    if "result" in body:
        return _result(body)
    if "code" in body:
        return _problem(body)
    if "token" in body:
        return [("invited", f"{body['keyName']}, until {body['expiresAt']}"), ("id", body["invitationId"])]
    if "results" in body:
        return [("item", f"{item['index']}: {item['status']}") for item in body["results"]]
    return [("returned", json.dumps(body))]


def _result(body: dict[str, Any]) -> list[Row]:
    return [
        ("result", body["result"] + (" (dry run)" if body.get("dryRun") else "")),
        ("key id", body.get("keyId")),
        *(("difference", json.dumps(difference)) for difference in body.get("differences", [])),
        ("fingerprint", f"{body['fingerprint']} ({body['bits']} bits)"),
    ]


def _problem(body: dict[str, Any]) -> list[Row]:
    return [
        ("problem", " ".join(filter(None, (body["code"], body.get("reason"))))),
        ("detail", body.get("detail")),
        *(("error", f"{error['pointer'] or '/'} {error['detail']}") for error in body.get("errors", [])),
        ("remedy", body.get("remedy")),
        ("key id", body.get("keyId")),
    ]


def _time(outcome: EventOutcome) -> str:
    start = f"cold start {outcome.init_ms:.0f} ms" if outcome.cold else "warm"
    return f"{start}, call {outcome.call_ms:.0f} ms"


def _decision(line: str) -> str:
    try:
        audit = json.loads(line.partition(" | ")[2])
    except ValueError:
        return ""
    if not isinstance(audit, dict) or audit.get("log") != "audit":
        return ""
    words = [str(audit[name]) for name in _SAID if audit.get(name)]
    return " ".join(words + [f"{name}={value}" for name, value in audit.items() if name not in _ASIDE])
