"""The paths of the contract, each with all of its methods."""

from __future__ import annotations

from typing import Any

from handler import problems, reply
from handler.chat.platforms import PLATFORMS, Platform
from handler.invitations import page
from handler.looking import query
from handler.problems import Problem
from local.examples import Recorded
from local.in_process import public_keys
from local.openapi.replies import (
    ANYWHERE,
    BODY,
    IMPORT,
    INVITING,
    LOOK,
    LOOKING,
    Json,
    refusals,
    response,
)

#: The fields that are read of a slash command, in Slack and in Mattermost.
COMMAND: Json = {
    "type": "object",
    "properties": {
        name: {"type": "string"} for name in ("team_id", "channel_id", "user_id", "command", "text", "token")
    },
}

#: What platforms send, by media type; of JSON, whatever the platform writes.
FORMS: dict[str, Json] = {
    "application/x-www-form-urlencoded": COMMAND,
    "text/xml": {"type": "string"},
    reply.JSON: {"type": "object"},
}


#: What WeCom sends with its check of an address.
_CHECKED = {
    "msg_signature": "SHA-1 over the token and the three other parameters",
    "timestamp": "Unix seconds",
    "nonce": "a random text",
    "echostr": "an encrypted text, to be sent back decrypted",
}

_IMPORTING = """\
An object is one request. 201 means that CVM created the key pair for this request, 200 that the account
holds this key under this name already (or that it was a dry run).

An array is 1 to 100 requests, and the answer is 207 with one item for each, in the order sent. Each item is
judged alone: an item that is no valid request (whatever JSON it is) gets a problem of its own, with its own
status, and the others go on. Only an empty array and one of more than 100 items are refused as a whole.
"""


def paths(recorded: Recorded) -> Json:
    """Return every path of the contract, below the base path."""
    return {
        "/key-pairs": {
            **_listed_path(recorded),
            **_import_path("importKeyPairs", recorded),
        },
        "/key-pairs/{keyName}": _shown_path(recorded),
        "/": _import_path("importKeyPairsAtRoot", recorded),
        "/invitations": _invitations_path(recorded),
        "/hand-in": _page_path(recorded),
        "/health": _health_path(recorded),
        "/openapi.json": _contract_path(recorded),
        **{platform.path: _chat_path(platform, recorded) for platform in PLATFORMS},
    }


def _operation(name: str, tag: str, summary: str, description: str, replies: Json, **more: Any) -> Json:
    return {
        "operationId": name,
        "tags": [tag],
        "summary": summary,
        "description": description,
        **more,
        "responses": replies,
    }


def _path(name: str, tag: str, recorded: Recorded, *others: type[Problem], **operations: Json) -> Json:
    """Return a path with these operations, `OPTIONS`, and `HEAD` where there is `GET`.

    `OPTIONS` can end with the problems that any route can end with, and with these others.
    """
    failing = refusals((*ANYWHERE, *others), recorded)
    if "get" in operations:
        get = operations["get"]
        bodiless = {
            status: {key: value for key, value in found.items() if key != "content"}
            for status, found in get["responses"].items()
        }
        operations["head"] = {
            **get,
            "operationId": f"{name}Head",
            "summary": "What GET answers, without the body",
            "description": "Status and headers are those of GET; there is no body.",
            "responses": bodiless,
        }
    allowed = response("The methods of this route are in `Allow`", "Allow")
    operations["options"] = _operation(
        f"{name}Options",
        tag,
        "Which methods this route takes",
        "The header `Allow` lists them; there is no body.",
        {"204": allowed, **failing},
        security=[],
    )
    return operations


def _json(schema: str, *names: str, recorded: Recorded) -> Json:
    media: Json = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    media["examples"] = {name: {"value": recorded.results[name]} for name in names}
    return media


def _import_path(name: str, recorded: Recorded) -> Json:
    single = {"$ref": "#/components/schemas/ImportKeyPairRequest"}
    many = {"type": "array", "minItems": 1, "maxItems": 100, "items": single}
    alice, bob, *_ = public_keys()
    first = {"keyName": "alice_laptop", "publicKey": alice, "tags": {"team": "infra"}}
    body = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [single, many]},
                "examples": {
                    "one": {"summary": "one key", "value": first},
                    "many": {
                        "summary": "several keys",
                        "value": [first, {"keyName": "bob", "publicKey": bob}],
                    },
                    "dryRun": {"summary": "everything but the write", "value": {**first, "dryRun": True}},
                },
            }
        },
    }

    def media(schema: str, *names: str) -> Json:
        return {reply.JSON: _json(schema, *names, recorded=recorded)}

    replies = {
        "200": response(
            "The account holds this key under this name already, or it was a dry run",
            media=media("ImportKeyPairResult", "unchanged", "dry-run"),
        ),
        "201": response("The key pair is created", media=media("ImportKeyPairResult", "created")),
        "207": response("One answer for each request of an array", media=media("ManyResults", "many")),
        **refusals(IMPORT, recorded, INVITING, LOOKING),
    }
    post = _operation(
        name,
        "import",
        "Imports one public key, or 1 to 100 in an array",
        _IMPORTING,
        replies,
        parameters=[{"$ref": "#/components/parameters/traceparent"}],
        requestBody=body,
        security=[{"apiKey": []}, {"standardWebhooks": []}, {"invitation": []}],
    )
    return _path(name, "import", recorded, post=post)


#: What a request for an invitation can be refused with; the route is there where it is switched on.
_INVITE = (
    *BODY,
    *ANYWHERE,
    problems.NotFound,
    problems.UnsupportedMediaType,
    problems.MalformedJson,
    problems.InvalidRequest,
    problems.Forbidden,
)

_INVITING_WORDS = """\
The answer has a token, and a link to the page where `PAGE_URL` is set. Whoever holds the token can hand in
one key under this name until the invitation ends, and needs nothing else. The rules of the inviting caller
are judged now, and again when the key is handed in. The route is there only where invitations are switched
on.
"""


def _invitations_path(recorded: Recorded) -> Json:
    wanted = {"keyName": "onb_alice", "tags": {"owner": "alice"}, "expiresIn": 86_400}
    body = {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/InvitationRequest"},
                "examples": {"one": {"summary": "for a day", "value": wanted}},
            }
        },
    }
    replies = {
        "201": response(
            "The invitation", media={reply.JSON: _json("Invitation", "invited", recorded=recorded)}
        ),
        **refusals(_INVITE, recorded, LOOKING),
    }
    post = _operation(
        "invite",
        "invite",
        "Makes an invitation to hand in one key",
        _INVITING_WORDS,
        replies,
        parameters=[{"$ref": "#/components/parameters/traceparent"}],
        requestBody=body,
    )
    return _path("invite", "invite", recorded, *_SWITCHED, post=post)


def _page_path(recorded: Recorded) -> Json:
    html = response("The page", media={page.HTML: {"schema": {"type": "string"}}})
    get = _operation(
        "page",
        "invite",
        "The page that an invitation's link opens",
        "The same page for everybody: it reads the token from the address, behind the #. The route is there"
        " only where invitations are switched on.",
        {"200": html, **refusals((*ANYWHERE, *_SWITCHED), recorded)},
        security=[],
    )
    return _path("page", "invite", recorded, *_SWITCHED, get=get)


#: What a route answers that may be switched off.
_SWITCHED = (problems.NotFound,)


def _health_path(recorded: Recorded) -> Json:
    def media(name: str) -> Json:
        return {"application/health+json": _json("Health", name, recorded=recorded)}

    replies = {
        "200": response("Settings, callers and role are there", media=media("health")),
        "503": response("One of them is missing; the log says which", media=media("unhealthy")),
        **refusals(ANYWHERE, recorded),
    }
    get = _operation(
        "health",
        "service",
        "Says whether the function is set up",
        "Looks at settings, callers and role; nothing is sent to CVM. No caller is needed.",
        replies,
        security=[],
    )
    return _path("health", "service", recorded, get=get)


_LOOKING = """\
Needs an API key whose caller has `allow.look`. Only key pairs whose name and project the caller may use are
shown: what it may not know of is as what is not there.
"""

_PARAMETERS = {
    "keyName": ("exactly this name", {"type": "string", "pattern": "^[A-Za-z0-9_]{1,25}$"}),
    "fingerprint": (
        "of the key: SHA256: or MD5: and the rest",
        {"type": "string", "pattern": "^(?:SHA256:[A-Za-z0-9+/]{43}|MD5:(?:[0-9a-f]{2}:){15}[0-9a-f]{2})$"},
    ),
    "account": (
        "the account, by the name that the callers file gives it",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,32}$"},
    ),
    "region": (
        "where CVM is asked",
        {"type": "string", "pattern": "^[a-z]{2,}(?:-[a-z0-9]+)+$", "maxLength": 32},
    ),
    "expiresBefore": ("a date: the tag expires-on is before it", {"type": "string", "format": "date"}),
    "limit": (
        "at most so many key pairs; without it 1000",
        {"type": "integer", "minimum": 1, "maximum": query.MOST},
    ),
    "after": ("only names behind this one", {"type": "string", "pattern": "^[A-Za-z0-9_]{1,25}$"}),
}


def _parameters(names: tuple[str, ...]) -> list[Json]:
    return [
        {"name": name, "in": "query", "description": words, "required": False, "schema": schema}
        for name, (words, schema) in _PARAMETERS.items()
        if name in names
    ]


def _look(name: str, summary: str, schema: str, example: str, parameters: list[Json], more: Any) -> Json:
    kinds, recorded = more
    media = {reply.JSON: _json(schema, example, recorded=recorded)}
    found = response("What the caller may know of", media=media)
    return _operation(
        name,
        "look",
        summary,
        _LOOKING,
        {"200": found, **refusals(kinds, recorded, INVITING)},
        security=[{"apiKey": []}],
        parameters=[*parameters, {"$ref": "#/components/parameters/traceparent"}],
    )


def _listed_path(recorded: Recorded) -> Json:
    parameters = _parameters(query.LIST_PARAMETERS)
    get = _look(
        "listKeyPairs",
        "Lists key pairs, sorted by name",
        "KeyPairList",
        "listed",
        parameters,
        (LOOK, recorded),
    )
    listed = _path("listKeyPairs", "look", recorded, get=get)
    return {"get": listed["get"], "head": listed["head"]}


def _shown_path(recorded: Recorded) -> Json:
    name: Json = {
        "name": "keyName",
        "in": "path",
        "description": "the name",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_]{1,25}$"},
    }
    kinds = (*LOOK, problems.NoSuchKeyPair)
    parameters = [name, *_parameters(query.ONE_PARAMETERS)]
    get = _look("showKeyPair", "Shows one key pair", "OneKeyPair", "shown", parameters, (kinds, recorded))
    shown = _path("showKeyPair", "look", recorded, problems.NotFound, get=get)
    return {**shown, "options": {**shown["options"], "parameters": [name]}}


def _contract_path(recorded: Recorded) -> Json:
    replies = {
        "200": response("This document", media={reply.JSON: {"schema": {"type": "object"}}}),
        **refusals(ANYWHERE, recorded),
    }
    get = _operation("contract", "service", "This contract", "No caller is needed.", replies, security=[])
    return _path("contract", "service", recorded, get=get)


def _chat_path(platform: Platform, recorded: Recorded) -> Json:
    head, *rest = platform.name.split("-")
    name = head + "".join(part.capitalize() for part in rest)
    description = "The answer, a refusal of what was typed included, in the platform's form"
    form = {"type": "object" if platform.answers == reply.JSON else "string"}
    media: Json = {platform.answers: {"schema": form}}
    if platform.unasked:
        description += f"; to {platform.unasked}, nothing"
        media["text/plain"] = {"schema": {"type": "string", "maxLength": 0}}
    answered = response(description, media=media)
    empty: Json = {"text/plain": {"schema": {"type": "string", "maxLength": 0}}}
    apart = {"503": response("The reply could not be sent, so the message has to come again", media=empty)}
    if not platform.reserve:
        apart = {}
    post = _operation(
        name,
        "chat",
        f"A command typed in {platform.title}",
        f"Called by {platform.title} alone, which proves itself in its own way.",
        {"200": answered, **apart, **refusals((*BODY, *ANYWHERE), recorded)},
        security=[],
        requestBody={"required": True, "content": {platform.sends: {"schema": FORMS[platform.sends]}}},
    )
    if platform.url_check is None:
        return _path(name, "chat", recorded, post=post)
    check = _operation(
        f"{name}Check",
        "chat",
        f"{platform.title}'s check of the address, when it is set up",
        f"Called by {platform.title} alone, once, when the address is saved in its console.",
        {
            "200": response("The decrypted text", media={"text/plain": {"schema": {"type": "string"}}}),
            # A GET may have a body too, and then it is read.
            **refusals((*BODY, *ANYWHERE), recorded),
        },
        security=[],
        parameters=[
            {
                "name": parameter,
                "in": "query",
                "description": description,
                "required": True,
                "schema": {"type": "string"},
            }
            for parameter, description in _CHECKED.items()
        ],
    )
    return _path(name, "chat", recorded, post=post, get=check)
