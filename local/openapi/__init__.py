"""Builds the contract, `schemas/openapi.json`, from the schemas that the code validates with.

    python -m local.openapi          writes the file
    python -m local.openapi --check  says whether the file is what would be written

Every fact is taken from where it is decided: schemas from `schemas/`, statuses and titles from
`handler.problems`. The examples are answers of the function itself, see `local.examples`.
"""

from __future__ import annotations

import json

import handler
from local import examples
from local.openapi.components import components
from local.openapi.paths import paths
from local.openapi.replies import Json

DESCRIPTION = """\
Imports SSH public keys into Tencent Cloud CVM: one key, or up to 100 in an array. One key pair per name,
and no key pair is ever overwritten or deleted. The same request can be sent any number of times: a key
that is there already is answered with `unchanged`.

A request proves its caller in exactly one way: with an API key (`Authorization: Bearer`), with a Standard
Webhooks signature, or, to import one key, with an invitation. A request that carries two is refused.

A program should decide by `code` and `reason`; `detail` and `remedy` are sentences for people. Where
`retryable` is true, the same request can succeed later: wait `retryAfter` seconds, then send it again.
"""


def build() -> Json:
    """Return the contract as an OpenAPI 3.1 document."""
    recorded = examples.record()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "import-key-pair",
            "summary": "SSH public keys into Tencent Cloud CVM",
            "description": DESCRIPTION,
            "version": handler.__version__,
            "contact": {"name": "the team that runs this function"},
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "where this document was read from"}],
        "tags": [
            {"name": "chat", "description": "Commands that a chat platform hands on."},
            {"name": "import", "description": "Importing public keys."},
            {"name": "invite", "description": "Letting somebody hand in one key."},
            {"name": "look", "description": "Looking at the key pairs that are there."},
            {"name": "service", "description": "About the function itself."},
        ],
        "security": [{"apiKey": []}, {"standardWebhooks": []}],
        "paths": paths(recorded),
        "components": components(recorded),
    }


def text() -> str:
    """Return the contract as the function serves it: ASCII, since SCF logs every reply."""
    return json.dumps(build(), indent=1) + "\n"
