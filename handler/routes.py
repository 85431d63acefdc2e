"""The HTTP contract: which routes there are, and the order in which a request is checked.

The first check that fails gives the answer: 404, 405, 413, 400 bad base64, 500 misconfigured, 401, 415, 400
malformed JSON, 422 schema, 422 key, 403, then CVM.
"""

from __future__ import annotations

import os
from functools import partial

from handler import (
    __version__,
    callers,
    chat,
    http,
    reply,
    route_steps,
    settings,
)
from handler.callers import header
from handler.decide import Asked, Rejected
from handler.invitations import cors
from handler.problems import (
    MethodNotAllowed,
    Misconfigured,
    NotFound,
    Problem,
    attempt,
)
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from handler.chat.platforms import Platform
    from handler.http import HttpRequest
    from handler.invocation import Invocation

    Answerer = Callable[[HttpRequest, Invocation], reply.HttpReply]

#: The largest body of an import, in bytes: a hundred keys of 16384 bits fit three times.
_LARGEST_IMPORT = 1 << 20

#: The largest body of a chat command or of a request for an invitation, in bytes.
_LARGEST_COMMAND = 64 << 10

_ROOT = os.path.dirname(os.path.dirname(__file__))
_OPENAPI = os.path.join(_ROOT, "schemas", "openapi.json")
_RELEASE = os.path.join(_ROOT, "release")


def answer(event: dict[str, Any], call: Invocation) -> reply.HttpReply:
    """Return the HTTP reply to an HTTP event; nothing is ever raised."""
    request = http.from_event(event)
    result = attempt(_dispatch, request, call)
    if isinstance(result, Problem):
        result = route_steps.refused(Rejected(result, None, route_steps.origin(request)), request, call)
    if request.method == "HEAD":
        result["body"] = ""
    return _shared(result, request, call)


def _shared(result: reply.HttpReply, request: HttpRequest, call: Invocation) -> reply.HttpReply:
    """Return a reply with the headers that let the page of another host read it."""
    base = settings.base_path(call.ambient.environ)
    if request.method in cors.METHODS and request.path == base + cors.PATH:
        configured = call.settings
        origins = () if isinstance(configured, Misconfigured) else configured.page_origins
        fields = cors.headers(request, origins)
        varies = result["headers"].get("Vary")
        result["headers"] |= {**fields, "Vary": ", ".join(filter(None, (varies, fields["Vary"])))}
    return result


def _dispatch(request: HttpRequest, call: Invocation) -> reply.HttpReply:
    base = settings.base_path(call.ambient.environ)
    path = request.path[len(base) :] or "/"
    route = _route(path) if request.path.startswith(base) else None
    if path in _INVITING and not settings.invites(call.ambient.environ):
        route = None
    if route is None:
        raise NotFound(
            Sentence("There is nothing at this path."),
            Sentence(
                "Send POST to /key-pairs, below the base path if one is set; a path has no slash at its end."
            ),
        )
    allowed = (*route, *(("HEAD",) if "GET" in route else ()), "OPTIONS")
    if request.method == "OPTIONS":
        return reply.http(204, "", reply.JSON, call.request_id, Allow=", ".join(allowed))
    if request.method not in allowed:
        raise MethodNotAllowed(
            Sentence("This route does not take this method."),
            Sentence("Use one of {methods}.", methods=", ".join(route)),
            allow=allowed,
        )
    return route["GET" if request.method == "HEAD" else request.method](request, call)


def _route(path: str) -> Mapping[str, Answerer] | None:
    """Return the functions that answer a path, by method; `HEAD` and `OPTIONS` are added for every path."""
    if path.startswith("/key-pairs/"):
        # Imported here: most requests do not look.
        from handler.looking import query

        name = path.removeprefix("/key-pairs/")
        return {"GET": partial(_look, name)} if query.is_name(name) else None
    if path in _ROUTES or not path.startswith("/chat/"):
        return _ROUTES.get(path)
    # Imported here: only requests of chats need a platform.
    from handler.chat import platforms

    platform = platforms.BY_PATH.get(path)
    if platform is None:
        return None
    check = {"GET": partial(_url_check, platform)} if platform.url_check else {}
    return {**check, "POST": partial(_chat, platform)}


def _loaded(call: Invocation) -> callers.Loaded:
    """Return all callers of the file, with what proves each of them at this moment.

    Raises:
        Misconfigured: see `callers.load`.
    """
    return callers.load(call.configured(), call.ambient.environ, chat.schemes)


def _import(request: HttpRequest, call: Invocation) -> reply.HttpReply:
    body = http.body(request, _LARGEST_IMPORT)
    if header.offers(request.headers, "invitation"):
        # Imported here: most requests carry no invitation.
        from handler.invitations import over_http

        return over_http.redeem(request, body, _loaded(call), call)
    caller = callers.recognise(request.headers, body.raw, _loaded(call).known, call.ambient.wall())
    origin, language = route_steps.origin(request), route_steps.language(request)
    value = attempt(route_steps.value, request, body, caller)
    if isinstance(value, Problem):
        return route_steps.refused(Rejected(value, caller, origin), request, call)
    if not isinstance(value, list):
        (single,) = route_steps.settled([Asked(value, caller, "", origin)], call)
        return reply.http_answer(single, call, language)
    items = [Asked(element, caller, "", {**origin, "index": i}) for i, element in enumerate(value)]
    return reply.http_many(route_steps.settled(items, call), call, language)


def _look(key_name: str, request: HttpRequest, call: Invocation) -> reply.HttpReply:
    # Imported here: most requests do not look.
    from handler.looking import over_http

    return over_http.look(key_name, request, _loaded(call).known, call)


def _chat(platform: Platform, request: HttpRequest, call: Invocation) -> reply.HttpReply:
    body = http.body(request, _LARGEST_COMMAND)
    # Imported here: only a chat route needs it.
    from handler.chat import answering

    return answering.answer(platform, request, body, _loaded(call).known, call)


def _url_check(platform: Platform, request: HttpRequest, call: Invocation) -> reply.HttpReply:
    """Answer a platform's check of the URL."""
    # A GET may have a body too. It proves nothing, and has the same limit.
    body = http.body(request, _LARGEST_COMMAND)
    # Imported here: only a chat route needs it.
    from handler.chat import answering

    return answering.url_check(platform, request, body, _loaded(call).known, call)


def _health(_: HttpRequest, call: Invocation) -> reply.HttpReply:
    """Say whether settings, callers and role are there, without detail, since anybody may ask."""
    # Imported here: only a health check and an import look at the role.
    from handler.cvm import credentials

    body: dict[str, str] = {"status": "pass", "serviceId": "import-key-pair", "releaseId": _release()}
    status = 200
    try:
        _loaded(call)
        credentials.from_environment(call.ambient.environ)
        if settings.invites(call.ambient.environ):
            from handler.invitations import secrets

            secrets.from_environment(call.configured(), call.ambient.environ)
    except Misconfigured as problem:
        call.log.write("error", "The health check fails.", cause=problem.cause)
        status, body["status"] = 503, "fail"
    return reply.http(status, body, "application/health+json", call.request_id)


def _release() -> str:
    """Return the version, with the short hash of the package where there is one (`package.contents`)."""
    try:
        with open(_RELEASE, encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        return __version__


def _openapi(_: HttpRequest, call: Invocation) -> reply.HttpReply:
    with open(_OPENAPI, encoding="ascii") as file:
        return reply.http(200, file.read(), reply.JSON, call.request_id)


def _invite(request: HttpRequest, call: Invocation) -> reply.HttpReply:
    # Imported here, as below: most requests have nothing to do with invitations.
    from handler.invitations import over_http

    body = http.body(request, _LARGEST_COMMAND)
    return over_http.invite(request, body, _loaded(call).known, call)


def _hand_in(_: HttpRequest, call: Invocation) -> reply.HttpReply:
    from handler.invitations import page

    return reply.http(200, page.html(), page.HTML, call.request_id, **page.headers())


_ROUTES: Mapping[str, Mapping[str, Answerer]] = {
    "/": {"POST": _import},
    "/key-pairs": {"GET": partial(_look, ""), "POST": _import},
    "/health": {"GET": _health},
    "/openapi.json": {"GET": _openapi},
    "/invitations": {"POST": _invite},
    "/hand-in": {"GET": _hand_in},
}

#: The routes that exist only where invitations are switched on.
_INVITING = ("/invitations", "/hand-in")
