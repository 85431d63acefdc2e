"""An order: what a known caller has been granted to import, with nothing left to check."""

from __future__ import annotations

from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.key_gate.public_key import PublicKey


#: The most tags of a resource (https://www.tencentcloud.com/document/product/651/13354).
MOST_TAGS = 50

#: What callers call the account that the function's own role belongs to.
OWN_NAME = "own"


class Target(NamedTuple):
    """The account that is asked: the function's own, or another one by a role in it.

    Attributes:
        name: what callers call it: 1 to 32 of A-Z, a-z, 0-9, underscore and hyphen.
        role_arn: the role to assume; empty for the function's own account.
        external_id_env: the variable that holds what the role's trust policy asks for; may be empty.
        session_name: under which name the other account's log shows the calls.
    """

    name: str
    role_arn: str = ""
    external_id_env: str = ""
    session_name: str = ""


OWN = Target(OWN_NAME)


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
        account: whose key pairs they are.
    """

    key_name: str
    key: PublicKey
    project_id: int
    region: Region
    sent_tags: Mapping[str, str]
    tags: Mapping[str, str]
    dry_run: bool
    account: Target = OWN
