"""The key pairs of an account, as far as a caller may know of them: some, or one by its name.

The list is the one that importing looks at, with the same bounds, waits and truth. A key pair that a caller
may not know of is left out, as if it were not there.
"""

from __future__ import annotations

import json
from functools import partial

from handler import request
from handler.looking.query import is_date
from handler.problems import NoSuchKeyPair
from handler.record import TYPE_CHECKING, NamedTuple
from handler.reply import account_member
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from handler.callers.caller import Caller
    from handler.callers.policy import Place
    from handler.deadline import Deadline
    from handler.importing.account import Account
    from handler.importing.key_pair import KeyPair
    from handler.importing.order import Target
    from handler.invocation import Invocation
    from handler.looking.query import LookQuery

#: The most bytes that the key pairs of one answer may take in SCF's reply.
MOST_BYTES = 4_000_000


class Shown(NamedTuple):
    """Key pairs that a caller may know of, sorted by name, and where they are."""

    place: Place
    pairs: tuple[KeyPair, ...]


def settle_place(wanted: LookQuery, caller: Caller, call: Invocation) -> Place:
    """Return where a caller looks.

    Raises:
        Forbidden: the caller may not look, or not there.
        Misconfigured: nothing says which region to use.
    """
    # Imported here: a request that is refused before needs no rules.
    from handler.callers import policy

    return policy.look(
        caller, wanted.account or None, wanted.region or None, call.configured(), call.own_region()
    )


def look(
    wanted: LookQuery,
    place: Place,
    caller: Caller,
    user: str,
    call: Invocation,
    deadline: Deadline,
    open_account: Callable[[Invocation, Deadline, Target], Account],
) -> Shown:
    """Return the key pairs that are wanted, without a limit to their number.

    Raises:
        Problem: the list cannot be had.
    """
    # Imported here: a request that is refused before needs none of it.
    from handler.callers import policy
    from handler.importing import importer
    from handler.importing.ledger import Ledger

    ledger = Ledger(open_account(call, deadline, place.account))
    listing = importer.list_all(ledger, place.region, deadline, call.ambient)
    fits = partial(_fits, wanted)
    known = [
        pair
        for pair in listing.pairs
        if policy.may_know(caller, user, pair.key_name, pair.project_id) and fits(pair)
    ]
    return Shown(place, tuple(sorted(known, key=lambda pair: pair.key_name)))


def only(shown: Shown) -> KeyPair:
    """Return the one key pair of a look by name.

    Raises:
        NoSuchKeyPair: there is none, or none that the caller may know of.
    """
    if not shown.pairs:
        raise NoSuchKeyPair(
            Sentence("There is no key pair of this name that this caller may know of."),
            Sentence("Check the name, the account and the region."),
        )
    return shown.pairs[0]


def list_body(shown: Shown, limit: int) -> dict[str, Any]:
    """Return the members of a list's answer: as many as the limit and the size of a reply allow."""
    listed: list[dict[str, Any]] = []
    size = 0
    for pair in shown.pairs[:limit]:
        member = described(pair)
        # Twice: the body is a text within SCF's own reply.
        size += len(json.dumps(json.dumps(member)))
        if listed and size > MOST_BYTES:
            break
        listed.append(member)
    more = {"next": listed[-1]["keyName"]} if len(listed) < len(shown.pairs) else {}
    return {"keyPairs": listed, **more, **account_member(shown.place.account)}


def described(pair: KeyPair) -> dict[str, Any]:
    """Return a key pair in the contract's form; what is not known of it is left out."""
    members: dict[str, Any] = {
        "keyId": pair.key_id,
        "keyName": pair.key_name,
        "projectId": pair.project_id,
    }
    if pair.blob is not None:
        # Imported here: an import that is refused needs none of it.
        from handler.key_gate import fingerprints

        key = fingerprints.of_key(pair.blob)
        members |= {
            "type": "ssh-rsa",
            "bits": key.bits,
            "fingerprint": key.sha256,
            "fingerprintMd5": key.md5,
        }
    if pair.created_at:
        members["createdAt"] = pair.created_at
    return {**members, "tags": dict(pair.tags), "instanceCount": pair.instance_count}


def _fits(wanted: LookQuery, pair: KeyPair) -> bool:
    if wanted.key_name and pair.key_name != wanted.key_name:
        return False
    if wanted.after and pair.key_name <= wanted.after:
        return False
    if wanted.expires_before:
        expires = pair.tags.get(request.EXPIRES_ON, "")
        if not is_date(expires) or expires >= wanted.expires_before:
            return False
    if wanted.fingerprint:
        shown = described(pair)
        return wanted.fingerprint in (shown.get("fingerprint"), shown.get("fingerprintMd5"))
    return True
