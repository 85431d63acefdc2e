"""What must be true of every answer and every log line, for any input."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from jsonschema import Draft202012Validator

from handler.problems import ServiceProblem
from local.feishu import SentReply
from local.in_process import ROOT, Json
from tests.fuzz.scene import SECRETS

ENDINGS = {"created", "unchanged", "refused", "dryRun"}

#: The codes of every status from 500 on.
OURS = {kind.slug for kind in ServiceProblem.__subclasses__()}

CONTRACT: Json = json.loads((ROOT / "schemas" / "openapi.json").read_text(encoding="ascii"))


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((ROOT / "schemas" / name).read_text(encoding="utf-8"))
    return Draft202012Validator(schema)


PROBLEM, RESULT = _validator("problem.json"), _validator("import-key-pair.result.json")


def judge(event: object, answer: Any, output: str) -> set[str]:
    """Assert that an answer and the log are as promised; return in a few words what it was."""
    lines = _log(output)
    audit = [line for line in lines if line["log"] == "audit"]
    for secret in SECRETS:
        assert secret not in output, "a secret in the log"
        assert secret not in json.dumps(answer), "a secret in the answer"
    if isinstance(event, dict) and "httpMethod" in event and "headers" in event:
        return {_http(event, answer, audit)}
    assert audit, "nothing was decided"
    if audit[0]["trigger"] in {"ckafka", "eventbridge", "timer", "cos"}:
        assert set(answer) <= ENDINGS
        assert sum(answer.values()) == len(audit)
        return {f"{audit[0]['trigger']} {ending}" for ending in answer}
    if "results" in answer:
        _many(answer, audit)
        return {"invoke many"}
    assert len(audit) == 1
    return {f"{audit[0]['trigger']} {_single(answer)}"}


def sent(replies: Sequence[SentReply]) -> set[str]:
    """Assert that what goes through Feishu's API holds no secret; return in a few words what it was."""
    for reply in replies:
        assert not [secret for secret in SECRETS if secret in reply.text], "a secret in a reply"
    return {"feishu reply"} if replies else set()


def _log(output: str) -> list[Json]:
    assert output.isascii()
    lines: list[Json] = [json.loads(line) for line in output.splitlines()]
    for line in lines:
        assert not any(isinstance(value, (dict, list)) for value in line.values()), "not flat"
        assert {"log", "requestId"} <= line.keys()
        # Chat platforms always get 200, so only the log shows the outcome.
        assert line.get("code") not in OURS, "what a caller did is not the function's fault"
    return lines


def _single(body: Any) -> str:
    """Judge the result or problem of one item, and return its result or code."""
    if "code" in body:
        PROBLEM.validate(body)
        assert body["status"] < 500, "what a caller did is not the function's fault"
        return str(body["code"])
    RESULT.validate(body)
    return str(body["result"])


def _many(answer: Json, audit: Sequence[Json]) -> None:
    assert answer.keys() == {"results", "requestId"}
    assert [result["index"] for result in answer["results"]] == list(range(len(audit)))
    for result, line in zip(answer["results"], audit, strict=True):
        assert _single(result["body"]) == (line.get("code") or line["result"])
        assert result["status"] == result["body"].get("status", result["status"])


def _http(event: Json, answer: Any, audit: Sequence[Json]) -> str:
    assert answer.keys() == {"isBase64Encoded", "statusCode", "headers", "body"}
    assert answer["isBase64Encoded"] is False
    status, headers, body = answer["statusCode"], answer["headers"], answer["body"]
    assert type(status) is int
    assert 200 <= status < 500, "what a caller did is not the function's fault"
    _headers(headers)
    assert isinstance(body, str)
    # WeCom's check of a URL wants its own text back, as it is.
    assert body.isascii() or headers["Content-Type"] == "text/plain"
    path = event.get("path") if isinstance(event.get("path"), str) and event["path"] else "/"
    method = str(event.get("httpMethod")).upper()
    documented = CONTRACT["paths"].get(path, {})
    if method.lower() in documented:
        assert str(status) in documented[method.lower()]["responses"], "a status that the contract lacks"
    if method == "HEAD" or status == 204:
        assert not body
        return f"{method} {status}"
    kind = headers["Content-Type"]
    if kind == "application/problem+json":
        return _problem(json.loads(body), status, headers, audit)
    if status == 207:
        _many(json.loads(body), audit)
    elif method == "GET" and path == "/key-pairs":
        assert [line["result"] for line in audit] == ["listed"]
        assert json.loads(body).keys() <= {"keyPairs", "next", "requestId"}
    elif path in ("/", "/key-pairs"):
        assert len(audit) == 1
        _single(json.loads(body))
    elif "json" in kind:
        json.loads(body)
    return f"{path} {status}"


def _headers(headers: Json) -> None:
    assert headers["Cache-Control"] == "no-store"
    assert {"Content-Type", "X-Request-Id"} <= headers.keys()
    for text in (*headers, *headers.values()):
        assert isinstance(text, str)
        assert text
        assert text.isascii()
        assert text.isprintable(), "a header that could become two"


def _problem(problem: Json, status: int, headers: Json, audit: Sequence[Json]) -> str:
    code = _single(problem)
    assert problem["status"] == status
    assert problem["requestId"] == headers["X-Request-Id"]
    assert ("WWW-Authenticate" in headers) == (status == 401)
    assert ("Allow" in headers) == (status == 405)
    assert str(problem.get("retryAfter", "")) == headers.get("Retry-After", "")
    assert [line["code"] for line in audit] == [code]
    return code
