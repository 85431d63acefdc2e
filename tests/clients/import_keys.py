"""Imports a key, a batch and a bad key with the client that openapi-python-client makes of the contract."""

from __future__ import annotations

import os
from pathlib import Path

from import_key_pair_client import AuthenticatedClient
from import_key_pair_client.api.import_ import import_key_pairs
from import_key_pair_client.models import (
    ImportKeyPairRequest,
    ImportKeyPairRequestTags,
    ImportKeyPairResult,
    ManyResults,
    Problem,
)

KEY = (Path(os.environ["EXAMPLES"]) / "alice.pub").read_text(encoding="ascii").strip()


def main() -> None:
    """Print what came of each, out of typed results and typed problems."""
    client = AuthenticatedClient(base_url=os.environ["FUNCTION_URL"], token=os.environ["API_KEY"])

    tags = ImportKeyPairRequestTags.from_dict({"owner": "alice"})
    request = ImportKeyPairRequest(key_name="alice_laptop", public_key=KEY, tags=tags)
    imported = import_key_pairs.sync(client=client, body=request)
    assert isinstance(imported, ImportKeyPairResult)
    print(imported.result.value, imported.key_name, imported.tags.to_dict())

    bad = ImportKeyPairRequest(key_name="bob_laptop", public_key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI")
    many = import_key_pairs.sync(client=client, body=[request, bad])
    assert isinstance(many, ManyResults)
    for item in many.results:
        body = item.body
        print(item.index, item.status, body.code.value if isinstance(body, Problem) else body.result.value)

    refused = import_key_pairs.sync(client=client, body=bad)
    assert isinstance(refused, Problem)
    print(refused.status, refused.code.value, refused.reason and refused.reason.value, refused.retryable)


if __name__ == "__main__":
    main()
