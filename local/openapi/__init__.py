"""Builds the contract, `schemas/openapi.json`, from the very schemas that the code validates with.

    python -m local.openapi          writes the file
    python -m local.openapi --check  says whether the file is what would be written

Everything that could drift is taken from where it is decided: schemas from `schemas/`, statuses and
titles from `handler.problems`. The examples are answers of the function itself, see `local.examples`.
"""

from __future__ import annotations

import json

import handler
from local import examples
from local.openapi.components import components
from local.openapi.paths import paths
from local.openapi.replies import Json

DESCRIPTION = """\
Hands one SSH public key, or up to a hundred, to Tencent Cloud CVM: one key pair per name, never
another key under it, and an answer that is always true. The same request may be sent any number of
times: what is there already is answered with `unchanged`.

Programs go by `code` (and `reason`), people by `detail` and `remedy`. `retryable` says whether the
same request may succeed later; `Retry-After` says when.
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
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "where this document was read from"}],
        "tags": [
            {"name": "import", "description": "importing public keys"},
            {"name": "chat", "description": "commands that a chat platform hands on"},
            {"name": "service", "description": "about the function itself"},
        ],
        "security": [
            {"apiKey": []},
            {"webhookId": [], "webhookTimestamp": [], "webhookSignature": []},
        ],
        "paths": paths(recorded),
        "components": components(),
    }


def text() -> str:
    """Return the contract as the function serves it: ASCII, since SCF logs every reply."""
    return json.dumps(build(), indent=1) + "\n"
