"""Turns HTTP into an event, and the answer into HTTP: one shape for each way in that SCF has."""

from __future__ import annotations

import base64
import time
import urllib.parse
import uuid
from collections.abc import Callable
from typing import NamedTuple

from local.gateway import answers
from local.gateway.options import Options
from local.gateway.pool import EventOutcome
from local.http1 import Reply, Request

Event = dict[str, object]


class Shape(NamedTuple):
    """One way in: `event` makes the event, `answer` the reply."""

    event: Callable[[Request, str, Options], Event]
    answer: Callable[[EventOutcome], Reply]


def function_url(request: Request, client: str, options: Options) -> Event:
    """Return the event of a Function URL (https://cloud.tencent.com/document/product/583/96099).

    The page does not say how a body that is not UTF-8 arrives. The event has no `isBase64Encoded`, so the
    body is text here, with U+FFFD for what cannot be read: the worst case that a function has to survive.
    """
    return {
        "body": request.body.decode("utf-8", "replace"),
        "headers": _joined(request, {"x-scf-remote-addr": client}),
        "httpMethod": request.method,
        "path": request.path,
        "queryString": _query(request.query),
    }


def api_gateway(request: Request, client: str, options: Options) -> Event:
    """Return the event of an API Gateway trigger (https://cloud.tencent.com/document/product/583/31927).

    As captured in the wild: header names in lower case, no `body` where there is none, `ANY` as the
    configured method. `isBase64Encoded` is there for a body that is not UTF-8 and absent for text.
    """
    event: Event = {
        "requestContext": {
            "serviceId": "service-00000000",
            "path": "/",
            "httpMethod": "ANY",
            "identity": {},
            "sourceIp": client,
            "stage": "release",
        },
        "headers": _joined(
            request,
            {
                "endpoint-timeout": "15",
                "x-anonymous-consumer": "true",
                "x-api-requestid": uuid.uuid4().hex,
                "x-api-scheme": "https",
                "x-b3-traceid": uuid.uuid4().hex,
                "x-qualifier": "$DEFAULT",
            },
        ),
        "pathParameters": {},
        "queryStringParameters": {},
        "headerParameters": {},
        "stageVariables": {"stage": "release"},
        "path": request.path,
        "queryString": _query(request.query),
        "httpMethod": request.method,
    }
    text, encoded = _text_or_base64(request.body)
    if request.body:
        event["body"] = text
    if encoded:
        event["isBase64Encoded"] = True
    return event


def cloudbase(request: Request, client: str, options: Options) -> Event:
    """Return the event of CloudBase HTTP access (https://cloud.tencent.com/document/product/876/41776)."""
    text, encoded = _text_or_base64(request.body)
    headers = _joined(request, {"x-client-proto": "http", "x-real-ip": client})
    several: dict[str, list[str]] = {}
    for name, value in request.headers:
        several.setdefault(name, []).append(_text(value))
    return {
        "path": request.path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {**{name: [value] for name, value in headers.items()}, **several},
        "queryStringParameters": dict(urllib.parse.parse_qsl(request.query, keep_blank_values=True)),
        "requestContext": {
            "requestId": uuid.uuid4().hex,
            "envId": "env-00000000",
            "appId": int(options.app_id),
            "uin": int(options.uin),
            "requestTimeEpoch": round(time.time() * 1000),
        },
        "body": text,
        "isBase64Encoded": encoded,
    }


def _joined(request: Request, added: dict[str, str]) -> dict[str, str]:
    """Return one value per name (RFC 9110, 5.3); what the platform adds cannot be sent by a client."""
    headers: dict[str, str] = {}
    for name, latin in request.headers:
        value, separator = _text(latin), "; " if name == "cookie" else ", "
        headers[name] = f"{headers[name]}{separator}{value}" if name in headers else value
    return {**headers, **added}


def _text(latin: str) -> str:
    """Read a header's value as UTF-8 where it is that."""
    try:
        return latin.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return latin


def _query(query: str) -> dict[str, str | bool | list[str | bool]]:
    """Return a query as the official Go library reads it back: text, a list of texts, or true for a flag.

    https://github.com/tencentyun/scf-go-lib, events/apigw.go.
    """
    values: dict[str, list[str | bool]] = {}
    for pair in filter(None, query.split("&")):
        name, equals, value = pair.partition("=")
        decoded = urllib.parse.unquote_plus(value) if equals else True
        values.setdefault(urllib.parse.unquote_plus(name), []).append(decoded)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _text_or_base64(body: bytes) -> tuple[str, bool]:
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True


SHAPES = {
    "function-url": Shape(function_url, answers.function_url),
    "api-gateway": Shape(api_gateway, answers.api_gateway),
    "cloudbase": Shape(cloudbase, answers.cloudbase),
}
