"""The replies of the contract: each status once, with an example of each problem that has it."""

from __future__ import annotations

from typing import Any

from handler import problems, reply
from handler.problems import Problem
from local.examples import Recorded

Json = dict[str, Any]

#: What any route can answer, with any method.
ANYWHERE = (problems.MethodNotAllowed, problems.InternalError)

#: What any route that takes a body can answer before it reads it.
BODY = (problems.PayloadTooLarge, problems.MalformedRequest, problems.Misconfigured, problems.Unauthenticated)

IMPORT = (
    *BODY,
    *ANYWHERE,
    problems.UnsupportedMediaType,
    problems.MalformedJson,
    problems.InvalidRequest,
    problems.InvalidPublicKey,
    problems.WeakPublicKey,
    problems.Forbidden,
    problems.KeyNameConflict,
    problems.PublicKeyConflict,
    problems.KeyPairQuota,
    problems.UnknownProject,
    problems.TagRefused,
    problems.UpstreamRefused,
    problems.UpstreamError,
    problems.UpstreamBusy,
    problems.UpstreamUnreachable,
    problems.OutcomeUnknown,
)


#: The problems of the routes that show key pairs.
LOOK = (
    problems.Misconfigured,
    problems.Unauthenticated,
    *ANYWHERE,
    problems.InvalidRequest,
    problems.Forbidden,
    problems.UpstreamRefused,
    problems.UpstreamError,
    problems.UpstreamBusy,
    problems.UpstreamUnreachable,
)


def response(description: str, *headers: str, media: Json | None = None) -> Json:
    """Return a response with the headers that every reply has, and these."""
    names = ("X-Request-Id", "Cache-Control", *headers)
    found: Json = {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
    }
    return found if media is None else {**found, "content": media}


#: What an import cannot be refused for.
INVITING = "forbidden.invite"
LOOKING = "forbidden.look"


def refusals(kinds: tuple[type[Problem], ...], recorded: Recorded, *without: str) -> Json:
    """Return one response for each status that these problems have.

    Each has an example for each problem, and where a problem has reasons, for each reason but those that are
    named.
    """
    extra = {401: ("WWW-Authenticate",), 405: ("Allow",), 503: ("Retry-After",)}
    replies: Json = {}
    for status in sorted({kind.status for kind in kinds}):
        same = [kind for kind in kinds if kind.status == status]
        media = {
            "schema": {"$ref": "#/components/schemas/Problem"},
            "examples": {
                name: {"$ref": f"#/components/examples/{name}"}
                for kind in same
                for name in recorded.problems
                if name.partition(".")[0] == kind.slug and name not in without
            },
        }
        replies[str(status)] = response(
            "; ".join(f"`{kind.slug}`: {kind.title}" for kind in same),
            *extra.get(status, ()),
            media={reply.PROBLEM_JSON: media},
        )
    return replies


def headers() -> Json:
    """Return the headers that replies have, as components."""

    def header(description: str, schema: Json) -> Json:
        return {"description": description, "required": True, "schema": schema}

    return {
        "X-Request-Id": header("this call's id, as in the log", {"type": "string", "minLength": 1}),
        "Cache-Control": header("no reply may be stored", {"const": "no-store"}),
        "WWW-Authenticate": header("how a caller proves who it is", {"type": "string"}),
        "Allow": header("the methods of this route", {"type": "string"}),
        "Retry-After": header(
            "whole seconds after which the same request may be sent again",
            {"type": "string", "pattern": "^[1-9][0-9]*$"},
        ),
    }
