"""A key pair as the account holds it."""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class KeyPair(NamedTuple):
    """One key pair as the account holds it.

    Attributes:
        key_id, key_name, project_id, tags: as CVM names them.
        blob: the decoded key; None where the stored text does not decode, which makes it
            another key than any that could be asked for.
        cvm_request_id: the id of the answer of CVM that shows it.
        created_at: when it was made, as CVM writes it; empty where it does not say.
        instance_count: how many instances it is bound to.
    """

    key_id: str
    key_name: str
    project_id: int
    blob: bytes | None
    tags: Mapping[str, str]
    cvm_request_id: str = ""
    created_at: str = ""
    instance_count: int = 0
