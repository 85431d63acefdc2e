"""The components of the contract: the published schemas, and how callers prove who they are."""

from __future__ import annotations

import json

from handler.invitations import mint
from local.examples import Recorded
from local.in_process import ROOT
from local.openapi.replies import Json, headers


def components(recorded: Recorded) -> Json:
    """Return the components of the contract."""
    return {
        "securitySchemes": _security_schemes(),
        "schemas": {
            "ImportKeyPairRequest": in_words(schema("import-key-pair.request")),
            "ImportKeyPairResult": schema("import-key-pair.result"),
            "Problem": schema("problem"),
            "ItemResult": _item(),
            "ManyResults": _many(),
            "InvitationRequest": in_words(mint.schema()),
            "Invitation": _invitation(),
            "KeyPair": _key_pair(),
            "KeyPairList": _key_pairs(),
            "OneKeyPair": _one_key_pair(),
            "Health": _health_schema(),
        },
        "examples": {
            name: {"summary": value["title"], "value": value} for name, value in recorded.problems.items()
        },
        "headers": headers(),
        "parameters": {
            "traceparent": {
                "name": "traceparent",
                "in": "header",
                "description": "W3C Trace Context; its trace id is in every log line of the request. "
                "An invalid one is ignored.",
                "schema": {"type": "string"},
            }
        },
    }


def schema(name: str) -> Json:
    """Return a published schema as a component: its own identity would change what a $ref means."""
    published: Json = json.loads((ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return {key: value for key, value in published.items() if key not in ("$schema", "$id")}


def in_words(request: Json) -> Json:
    """Return a schema whose defaults stand in the descriptions.

    Generators for TypeScript take a member that has a `default` for one that is always there.
    """
    members = {
        name: {
            **{key: value for key, value in member.items() if key != "default"},
            "description": f"{member['description']}; without it {json.dumps(member['default'])}",
        }
        if "default" in member
        else member
        for name, member in request["properties"].items()
    }
    return {**request, "properties": members}


def _item() -> Json:
    return {
        "title": "ItemResult",
        "description": "The answer for one request of an array.",
        "type": "object",
        "additionalProperties": False,
        "required": ["index", "status", "body"],
        "properties": {
            "index": {
                "description": "where the request stands in the array, from 0",
                "type": "integer",
                "minimum": 0,
                "maximum": 99,
            },
            "status": {
                "description": "the HTTP status that the request would have had alone",
                "type": "integer",
                "minimum": 200,
                "maximum": 599,
            },
            "body": {
                "anyOf": [
                    {"$ref": "#/components/schemas/ImportKeyPairResult"},
                    {"$ref": "#/components/schemas/Problem"},
                ]
            },
        },
    }


def _many() -> Json:
    return {
        "title": "ManyResults",
        "description": "One answer for each request of the array, in the order sent.",
        "type": "object",
        "additionalProperties": False,
        "required": ["results", "requestId"],
        "properties": {
            "results": {
                "type": "array",
                "minItems": 1,
                "maxItems": 100,
                "items": {"$ref": "#/components/schemas/ItemResult"},
            },
            "requestId": {
                "description": "this call's id, as in the header X-Request-Id and in the log",
                "type": "string",
            },
        },
    }


def _invitation() -> Json:
    text: Json = {"type": "string"}
    return {
        "title": "Invitation",
        "description": "A new invitation. The token is shown this once.",
        "type": "object",
        "additionalProperties": False,
        "required": ["invitationId", "token", "keyName", "expiresAt", "requestId"],
        "properties": {
            "invitationId": {**text, "description": "its id, as in the log and in revokedInvitations"},
            "token": {**text, "description": "what goes behind Authorization: Invitation"},
            "url": {**text, "format": "uri", "description": "the link to send, where PAGE_URL is set"},
            "keyName": {**text, "description": "the one name that a key can be handed in under"},
            "expiresAt": {**text, "format": "date-time", "description": "the end, in UTC"},
            "requestId": {
                **text,
                "description": "this call's id, as in the header X-Request-Id and in the log",
            },
        },
    }


_ID: Json = {"type": "string", "description": "this call's id, as in the header X-Request-Id and in the log"}
_ACCOUNT: Json = {
    "type": "string",
    "description": "the account, by the name that the callers file gives it; absent where it is the"
    " function's own",
}


def _key_pair() -> Json:
    text: Json = {"type": "string"}
    number: Json = {"type": "integer", "minimum": 0}
    return {
        "title": "KeyPair",
        "description": "A key pair as the account holds it. One that is no RSA key lacks type, bits and"
        " fingerprints.",
        "type": "object",
        "additionalProperties": False,
        "required": ["keyId", "keyName", "projectId", "tags", "instanceCount"],
        "properties": {
            "keyId": {**text, "description": "CVM's id"},
            "keyName": {**text, "description": "its name"},
            "projectId": {**number, "description": "the project that it is in"},
            "type": {**text, "description": "ssh-rsa"},
            "bits": {**number, "description": "length of the modulus, as ssh-keygen -l prints it"},
            "fingerprint": {**text, "description": "SHA-256 of the key, as ssh-keygen -l prints it"},
            "fingerprintMd5": {**text, "description": "MD5 of the key, as ssh-keygen -l -E md5 prints it"},
            "createdAt": {**text, "description": "when it was made, as CVM writes it"},
            "tags": {"type": "object", "description": "all its tags", "additionalProperties": text},
            "instanceCount": {**number, "description": "how many instances it is bound to"},
        },
    }


def _key_pairs() -> Json:
    return {
        "title": "KeyPairList",
        "description": "Key pairs, sorted by name.",
        "type": "object",
        "additionalProperties": False,
        "required": ["keyPairs", "requestId"],
        "properties": {
            "keyPairs": {"type": "array", "items": {"$ref": "#/components/schemas/KeyPair"}},
            "next": {"type": "string", "description": "there are more: what to send as `after` for them"},
            "account": _ACCOUNT,
            "requestId": _ID,
        },
    }


def _one_key_pair() -> Json:
    return {
        "title": "OneKeyPair",
        "description": "One key pair.",
        "type": "object",
        "additionalProperties": False,
        "required": ["keyPair", "requestId"],
        "properties": {
            "keyPair": {"$ref": "#/components/schemas/KeyPair"},
            "account": _ACCOUNT,
            "requestId": _ID,
        },
    }


def _health_schema() -> Json:
    return {
        "title": "Health",
        "description": "The health+json format (draft-inadarei-api-health-check).",
        "type": "object",
        "additionalProperties": False,
        "required": ["status", "serviceId", "releaseId"],
        "properties": {
            "status": {"enum": ["pass", "fail"]},
            "serviceId": {"type": "string"},
            "releaseId": {"type": "string"},
        },
    }


def _security_schemes() -> Json:
    """Return how callers prove who they are, by the names that the challenge of a 401 has for them.

    A signature that were three headers of type `apiKey` would be filled by generated clients with the
    key of the other scheme.
    """
    return {
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of at least 32 characters, made with `python -m local.callers new`.",
        },
        "standardWebhooks": {
            "type": "http",
            "scheme": "StandardWebhooks",
            "description": "Three headers instead of `Authorization`, as https://www.standardwebhooks.com has"
            " them. `webhook-id`: the message's own id, at most 256 ASCII characters, no dot."
            " `webhook-timestamp`: Unix seconds, right to within five minutes. `webhook-signature`: `v1,` and"
            " the base64 of HMAC-SHA256 over `id.timestamp.body`, over the exact bytes of the body; several"
            " signatures are separated by blanks.",
        },
        "invitation": {
            "type": "http",
            "scheme": "Invitation",
            "description": "`Authorization: Invitation TOKEN`, with a token of `POST /invitations`. The"
            " request is then one object with `publicKey`, and `dryRun` if needed; `keyName` is the"
            " invitation's, or left out.",
        },
    }
