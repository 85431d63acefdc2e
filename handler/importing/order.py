"""An order: what a known caller has been granted to import, with nothing left to check."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.key_gate.public_key import PublicKey


class Region(NamedTuple):
    """Where CVM is asked, such as `ap-guangzhou`, and whether the caller named it or it is our default."""

    name: str
    chosen: bool


class Order(NamedTuple):
    """One key pair to import, as the caller's policy has settled it.

    Attributes:
        key_name: 1 to 25 of A-Z, a-z, 0-9 and underscore.
        key: the checked public key; only its `line` is ever sent.
        project_id: the CVM project, 0 for the default one.
        region: where CVM is asked.
        sent_tags: the tags that the caller sent; a result's `differences` speak of these.
        tags: the tags that the key pair gets: the sent ones and the caller's own, which win.
        dry_run: whether to do everything but the write.
    """

    key_name: str
    key: PublicKey
    project_id: int
    region: Region
    sent_tags: Mapping[str, str]
    tags: Mapping[str, str]
    dry_run: bool
