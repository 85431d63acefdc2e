"""The HTTP contract: which routes there are, and the order in which a request is checked.

The first that applies answers: 404, 405, 413, 400 bad base64, 500 misconfigured, 401, 415,
400 malformed JSON, 422 schema, 422 key, 403, then CVM.
"""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from handler import __version__, audit, callers, http, reply, settings, strict_json
from handler.problems import InternalError, InvalidRequest, MethodNotAllowed, Misconfigured, NotFound, Problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.callers import Caller
    from handler.chat.platforms import Platform
    from handler.http import HttpRequest
    from handler.invocation import Invocation
    from handler.log import Field

#: The largest body of an import, in bytes: a hundred keys of 16384 bits fit three times.
_LARGEST_IMPORT = 1 << 20

#: The largest body of a chat command, in bytes.
_LARGEST_COMMAND = 64 << 10

#: The most requests in one array.
_MOST = 100

_OPENAPI = os.path.join(os.path.dirname(os.path.dirname(__file__)), "schemas", "openapi.json")


class _Route(NamedTuple):
    """What answers at a path, and with which methods; `OPTIONS` and `HEAD` come by themselves."""

    methods: tuple[str, ...]
    answer: Callable[[HttpRequest, Invocation], reply.Body]


def answer(event: dict[str, Any], call: Invocation) -> reply.Body:
    """Return the HTTP reply to an HTTP event; nothing is ever raised."""
    request = http.read(event)
    try:
        result = _dispatch(request, call)
    except Problem as problem:
        result = _refusal(problem, None, request, call)
    except Exception as unforeseen:  # noqa: BLE001 - SCF would send the stack trace to the caller
        result = _refusal(InternalError.from_exception(unforeseen), None, request, call)
    if request.method == "HEAD":
        result["body"] = ""
    return result


def _dispatch(request: HttpRequest, call: Invocation) -> reply.Body:
    base = settings.base_path(call.ambient.environ)
    route = _route(request.path[len(base) :] or "/") if request.path.startswith(base) else None
    if route is None:
        raise NotFound(
            "There is nothing at this path.",
            "Send POST to /key-pairs, below the base path if one is set; a path has no slash at its end.",
        )
    allowed = (*route.methods, *(("HEAD",) if "GET" in route.methods else ()), "OPTIONS")
    if request.method == "OPTIONS":
        return reply.http(204, "", reply.JSON, call.request_id, Allow=", ".join(allowed))
    if request.method not in allowed:
        raise MethodNotAllowed(
            "This route does not take this method.",
            f"Use one of {', '.join(route.methods)}.",
            allow=allowed,
        )
    return route.answer(request, call)


def _route(path: str) -> _Route | None:
    if path in ("/", "/key-pairs"):
        return _Route(("POST",), _import)
    if path == "/health":
        return _Route(("GET",), _health)
    if path == "/openapi.json":
        return _Route(("GET",), _openapi)
    # Imported here: a request that is none of a chat needs no platform.
    from handler.chat import platforms

    if platform := platforms.BY_PATH.get(path):
        return _Route(platform.methods, partial(_chat, platform))
    return None


def _import(request: HttpRequest, call: Invocation) -> reply.Body:
    body = http.body(request, _LARGEST_IMPORT)
    configured = call.configured()
    known = callers.load(configured, call.ambient.environ)
    caller = callers.recognise(request.headers, body.raw, known, call.ambient.wall())
    try:
        http.require_json(request.headers)
        value = strict_json.read(body.text)
        if isinstance(value, list) and not 0 < len(value) <= _MOST:
            raise InvalidRequest(
                f"The array holds {'nothing' if not value else f'more than {_MOST} requests'}.",
                f"Send 1 to {_MOST} requests in one array.",
            )
        return _imported(value, caller, request, call)
    except Problem as problem:
        return _refusal(problem, caller, request, call)


def _imported(value: object, caller: Caller, request: HttpRequest, call: Invocation) -> reply.Body:
    # Imported here: a request that ends before this line needs neither schema nor key gate.
    from handler import batch

    many = isinstance(value, list)
    origin = {**_origin(request), "caller": caller.id}
    items = [
        batch.Item(one, caller, "", {**origin, "index": index} if many else origin)
        for index, one in enumerate(value if isinstance(value, list) else [value])
    ]
    answers = list(batch.settle(items, call, call.deadline(call.configured().time_budget)))
    if many:
        return reply.http(207, reply.many(answers, call.request_id), reply.JSON, call.request_id)
    (single,) = answers
    if single.problem is not None:
        return reply.http_problem(single.problem, single.body, call.request_id)
    return reply.http(single.status, single.body, reply.JSON, call.request_id)


def _chat(platform: Platform, request: HttpRequest, call: Invocation) -> reply.Body:
    body = http.body(request, _LARGEST_COMMAND)
    # Imported here: only a chat route needs it.
    from handler.chat import answering

    return answering.answer(platform, request, body, call)


def _health(_: HttpRequest, call: Invocation) -> reply.Body:
    """Say whether settings, callers and role are there; without detail, since anybody may ask."""
    # Imported here: only a health check and an import look at the role.
    from handler.cvm import credentials

    body: dict[str, str] = {"status": "pass", "serviceId": "import-key-pair", "releaseId": __version__}
    status = 200
    try:
        callers.load(call.configured(), call.ambient.environ)
        credentials.read(call.ambient.environ)
    except Misconfigured as problem:
        call.log.write("error", "The health check fails.", cause=problem.cause)
        status, body["status"] = 503, "fail"
    return reply.http(status, body, "application/health+json", call.request_id)


def _openapi(_: HttpRequest, call: Invocation) -> reply.Body:
    with open(_OPENAPI, encoding="ascii") as file:
        return reply.http(200, file.read(), reply.JSON, call.request_id)


def _refusal(problem: Problem, caller: Caller | None, request: HttpRequest, call: Invocation) -> reply.Body:
    line = _origin(request)
    if caller is not None:
        line["caller"] = caller.id
    audit.refused(line, problem, call)
    _, body = reply.problem(
        problem, call.request_id, call.problem_base_url(), known_caller=caller is not None
    )
    return reply.http_problem(problem, body, call.request_id)


def _origin(request: HttpRequest) -> dict[str, Field]:
    return {"trigger": "http", "traceId": http.trace_id(request.headers)}
