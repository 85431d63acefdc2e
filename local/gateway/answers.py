"""How what a function returned, or the platform's error, becomes an HTTP reply."""

from __future__ import annotations

import base64
import binascii
import json
import re

from local.gateway import failures
from local.gateway.failures import Failure
from local.gateway.pool import EventOutcome
from local.http1 import JSON, TEXT, Headers, Reply

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[^\x00-\x08\x0a-\x1f\x7f]*")
# Framing is the gateway's.
_FRAMING = ("connection", "content-length", "keep-alive", "transfer-encoding")


class _Malformed(Exception):
    """The reply has a statusCode, and is not an integrated response."""


def function_url(outcome: EventOutcome) -> Reply:
    """Return what a Function URL answers (https://cloud.tencent.com/document/product/583/96099).

    A value without `statusCode` is the body of a 200, whole. Which HTTP status the platform's errors come
    with is not on the page; users see the code itself (https://github.com/shimmeris/SCFProxy/issues/29,
    https://github.com/Ice-Hazymoon/openai-scf-proxy/issues/45).
    """
    mark = ("X-Scf-Request-Id", outcome.request_id)
    if outcome.failure:
        return _failed(outcome.failure, outcome.request_id, mark)
    value = outcome.result
    if not isinstance(value, dict) or "statusCode" not in value:
        return Reply(200, (*JSON, mark), _bytes(outcome.text))
    try:
        reply = _integrated(value)
    except _Malformed:
        return _failed(failures.MALFORMED_REPLY, outcome.request_id, mark)
    return reply._replace(headers=(*_with_type(reply.headers), mark))


def api_gateway(outcome: EventOutcome) -> Reply:
    """Return what API Gateway answers with its integrated response switched on.

    https://cloud.tencent.com/document/product/583/31927. Anything but an integrated response is error 403;
    an exception too, since the platform's error is not one. A timeout of the function that comes before the
    gateway's own is a 200 with the error as its body (https://cloud.tencent.com/document/product/583/59215).
    """
    mark = ("X-Api-RequestId", outcome.request_id)
    if outcome.failure and outcome.failure.status == 433:
        return Reply(200, (*JSON, mark), outcome.failure.body(outcome.request_id))
    try:
        reply = _integrated(outcome.result)
    except _Malformed:
        error = {"errno": 403, "error": failures.MALFORMED_REPLY.message}
        return Reply(403, (*JSON, mark), _bytes(json.dumps(error, separators=(",", ":"))))
    return reply._replace(headers=(*_with_type(reply.headers), mark))


def cloudbase(outcome: EventOutcome) -> Reply:
    """Return what CloudBase HTTP access answers (https://cloud.tencent.com/document/product/876/41776).

    An integrated response, or any other value: text and numbers as text, the rest as JSON. The page does not
    show its errors; they have the form of CloudBase's HTTP API here
    (https://docs.cloudbase.net/http-api/functions/functions-post).
    """
    mark = ("X-Cloudbase-Request-Id", outcome.request_id)
    if outcome.failure:
        return _cloudbase_error(outcome.failure, outcome.request_id, mark)
    value = outcome.result
    if isinstance(value, dict) and "statusCode" in value:
        try:
            reply = _integrated(value)
        except _Malformed:
            return _cloudbase_error(failures.MALFORMED_REPLY, outcome.request_id, mark)
        return reply._replace(headers=(*_with_type(reply.headers), mark))
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        return Reply(200, (*TEXT, mark), _bytes(str(value)))
    return Reply(200, (*JSON, mark), _bytes(outcome.text))


def _failed(failure: Failure, request_id: str, mark: tuple[str, str]) -> Reply:
    return Reply(failure.status, (*JSON, mark), failure.body(request_id))


def _cloudbase_error(failure: Failure, request_id: str, mark: tuple[str, str]) -> Reply:
    error = {"code": "FUNCTIONS_EXECUTE_FAIL", "message": failure.message, "requestId": request_id}
    return Reply(500, (*JSON, mark), _bytes(json.dumps(error, separators=(",", ":"))))


def _integrated(value: object) -> Reply:
    if not isinstance(value, dict):
        raise _Malformed
    status = value.get("statusCode")
    if type(status) is not int or not 200 <= status <= 599:
        raise _Malformed
    body = value.get("body")
    encoded = value.get("isBase64Encoded")
    if not isinstance(body, str | None) or not isinstance(encoded, bool | None):
        raise _Malformed
    return Reply(status, _headers(value.get("headers")), _body(body or "", bool(encoded)))


def _headers(value: object) -> Headers:
    if value is None:
        return ()
    if not isinstance(value, dict):
        raise _Malformed
    pairs: list[tuple[str, str]] = []
    for name, content in value.items():
        for text in content if isinstance(content, list) else [content]:
            if not isinstance(text, str) or not _VALUE.fullmatch(text) or not _NAME.fullmatch(name):
                raise _Malformed
            if name.lower() not in _FRAMING:
                pairs.append((name, text))
    return tuple(pairs)


def _body(text: str, encoded: bool) -> bytes:
    if not encoded:
        return _bytes(text)
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise _Malformed from None


def _with_type(headers: Headers) -> Headers:
    typed = any(name.lower() == "content-type" for name, _ in headers)
    return headers if typed else (*JSON, *headers)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
