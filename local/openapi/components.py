"""The components of the contract: the published schemas, and how callers prove who they are."""

from __future__ import annotations

import json

from local.in_process import ROOT
from local.openapi.replies import Json, headers


def components() -> Json:
    """Return the components of the contract."""
    return {
        "securitySchemes": _security_schemes(),
        "schemas": {
            "ImportKeyPairRequest": _schema("import-key-pair.request"),
            "ImportKeyPairResult": _schema("import-key-pair.result"),
            "AnyJson": _any_json(),
            "Problem": _schema("problem"),
            "ManyResults": _many(),
            "Health": _health_schema(),
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


def _schema(name: str) -> Json:
    """Return a published schema as a component: its own identity would change what a $ref means."""
    schema: Json = json.loads((ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    return {key: value for key, value in schema.items() if key not in ("$schema", "$id")}


def _any_json() -> Json:
    """Return what may stand in an array beside requests: anything, spelt out kind by kind for readers."""
    this = {"$ref": "#/components/schemas/AnyJson"}
    return {
        "title": "AnyJson",
        "description": "Whatever else stands in an array is answered with a problem of its own.",
        "anyOf": [
            {"type": ["null", "boolean", "string"]},
            {"type": "number"},
            {"type": "array", "items": this},
            {"type": "object", "additionalProperties": this},
        ],
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
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["index", "status", "body"],
                    "properties": {
                        "index": {"type": "integer", "minimum": 0, "maximum": 99},
                        "status": {"type": "integer", "minimum": 200, "maximum": 599},
                        "body": {
                            "anyOf": [
                                {"$ref": "#/components/schemas/ImportKeyPairResult"},
                                {"$ref": "#/components/schemas/Problem"},
                            ]
                        },
                    },
                },
            },
            "requestId": {"type": "string"},
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
    def header(name: str, description: str) -> Json:
        return {"type": "apiKey", "in": "header", "name": name, "description": description}

    return {
        "apiKey": {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of at least 32 characters, made with `python -m local.callers new`.",
        },
        "webhookId": header(
            "webhook-id", "Standard Webhooks: the message's own id, at most 256 ASCII characters, no dot."
        ),
        "webhookTimestamp": header(
            "webhook-timestamp", "Standard Webhooks: Unix seconds, right to within five minutes."
        ),
        "webhookSignature": header(
            "webhook-signature",
            "Standard Webhooks: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`, several"
            " separated by blanks.",
        ),
    }
