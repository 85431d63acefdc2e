"""What a caller may do: the `allow` object of the callers file, and what it is written with."""

from __future__ import annotations

from handler.importing.order import OWN, Target
from handler.record import NamedTuple

#: What stands in `keyNames` for the chat user.
USER = "{user}"


class Allow(NamedTuple):
    """What a caller may do; None, like an absent member of the file, sets no bounds.

    Attributes:
        key_names: globs, one of which must match all of the key name.
        project_ids: the projects that a key pair may go to; a single one is the default.
        regions: the regions that it may go to; a single one is the default.
        min_bits: the smallest RSA modulus, where that is more than the setting.
        required_tags: the tags that every request must carry itself.
        dry_run_only: whether only dry runs are allowed.
        invite: whether it may invite others to hand in a key.
        look: whether it may look at key pairs.
        accounts: the accounts that a key pair may go to; a single one is the default.
    """

    key_names: tuple[str, ...] | None = None
    project_ids: tuple[int, ...] | None = None
    regions: tuple[str, ...] | None = None
    min_bits: int = 0
    required_tags: tuple[str, ...] = ()
    dry_run_only: bool = False
    invite: bool = False
    look: bool = False
    accounts: tuple[Target, ...] = (OWN,)
