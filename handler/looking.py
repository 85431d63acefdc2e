"""Shows what an account holds, as far as a caller may know of it: some key pairs, or one by its name.

The list is the one that importing looks at, with the same bounds, waits and truth. A key pair that a caller
may not know of is as one that is not there.
"""

from __future__ import annotations

import json
import re
from functools import partial

from handler import request
from handler.callers import accounts
from handler.callers.file import REGION_RULE
from handler.problems import FieldError, InvalidRequest, NoSuchKeyPair
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from handler.callers.caller import Caller
    from handler.deadline import Deadline
    from handler.importing.account import Account
    from handler.importing.key_pair import KeyPair
    from handler.importing.order import Target
    from handler.invocation import Invocation

#: The most key pairs of one answer, and the most bytes that they may take in SCF's reply.
MOST = 1000
MOST_BYTES = 4_000_000

_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_FORMS = {
    "keyName": (request.KEY_NAME, Sentence("1 to 25 of A-Z, a-z, 0-9 and _")),
    "fingerprint": (
        r"SHA256:[A-Za-z0-9+/]{43}|MD5:(?:[0-9a-f]{2}:){15}[0-9a-f]{2}",
        Sentence("SHA256: or MD5: and the rest, as ssh-keygen -l prints it"),
    ),
    "account": (accounts.NAME.pattern, Sentence("the name of an account")),
    "region": (REGION_RULE.pattern, Sentence("a region such as ap-guangzhou")),
    "expiresBefore": (_DATE, Sentence("a date such as 2027-01-31")),
    "limit": ("[1-9][0-9]{0,2}|1000", Sentence("a whole number from 1 to {most}", most=MOST)),
    "after": (request.KEY_NAME, Sentence("a key name")),
}

#: The parameters of a list, and those of one key pair.
LIST_PARAMETERS = tuple(_FORMS)
ONE_PARAMETERS = ("account", "region")

#: Those of one key pair whose name is a parameter, too.
NAMED_PARAMETERS = ("keyName", *ONE_PARAMETERS)


class LookQuery(NamedTuple):
    """Which key pairs to show; what is empty does not matter.

    Attributes:
        key_name: exactly this name.
        fingerprint: of the key, in either form.
        account, region: where to look.
        expires_before: a date; only key pairs whose tag `expires-on` is before it.
        limit: so many at most.
        after: only names behind this one.
    """

    key_name: str = ""
    fingerprint: str = ""
    account: str = ""
    region: str = ""
    expires_before: str = ""
    limit: int = MOST
    after: str = ""


class Shown(NamedTuple):
    """Key pairs that a caller may know of, sorted by name, and where they are."""

    account: Target
    pairs: tuple[KeyPair, ...]
    region: str


def is_name(text: str) -> bool:
    """Say whether a text can be the name of a key pair."""
    return re.fullmatch(request.KEY_NAME, text) is not None


def parse_query(query: Mapping[str, tuple[str, ...]], known: Iterable[str]) -> LookQuery:
    """Return what the parameters of a query ask for.

    Args:
        query: by name all values as sent.
        known: the parameters of the route.

    Raises:
        InvalidRequest: one is unknown, repeated or wrong; nothing of it is repeated.
    """
    known = tuple(known)
    errors = [
        FieldError(
            "",
            Sentence(
                "Parameter {position} is not known; known are {names}.",
                position=position,
                names=", ".join(known),
            ),
        )
        for position, name in enumerate(query, start=1)
        if name not in known
    ]
    found: dict[str, str] = {}
    for name in known:
        if name in query:
            form, words = _FORMS[name]
            values = query[name]
            if len(values) != 1:
                errors.append(FieldError(f"/{name}", Sentence("This parameter stands there more than once.")))
            elif not re.fullmatch(form, values[0]) or (name == "expiresBefore" and not is_date(values[0])):
                errors.append(FieldError(f"/{name}", Sentence("This must be {words}.", words=words)))
            else:
                found[name] = values[0]
    if errors:
        raise InvalidRequest(
            Sentence("The query of the request is wrong."),
            Sentence("Mend what `errors` lists; GET /openapi.json has all parameters."),
            errors=tuple(errors),
        )
    return LookQuery(
        key_name=found.get("keyName", ""),
        fingerprint=found.get("fingerprint", ""),
        account=found.get("account", ""),
        region=found.get("region", ""),
        expires_before=found.get("expiresBefore", ""),
        limit=int(found.get("limit", MOST)),
        after=found.get("after", ""),
    )


def is_date(text: str) -> bool:
    """Say whether a text is a date that exists, as RFC 3339 writes it."""
    # Imported here: few requests have a date.
    import datetime

    try:
        return re.fullmatch(_DATE, text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def look(
    wanted: LookQuery,
    caller: Caller,
    user: str,
    call: Invocation,
    deadline: Deadline,
    open_account: Callable[[Invocation, Deadline, Target], Account],
) -> Shown:
    """Return the key pairs that are wanted, without a limit to their number.

    Raises:
        Forbidden: the caller may not look, or not there.
        Problem: the list cannot be had.
    """
    # Imported here: a request that is refused before needs neither.
    from handler.callers import policy
    from handler.importing import importer
    from handler.importing.ledger import Ledger

    place = policy.look(
        caller, wanted.account or None, wanted.region or None, call.configured(), call.own_region()
    )
    ledger = Ledger(open_account(call, deadline, place.account))
    listing = importer.list_all(ledger, place.region, deadline, call.ambient)
    fits = partial(_fits, wanted)
    known = [
        pair
        for pair in listing.pairs
        if policy.may_know(caller, user, pair.key_name, pair.project_id) and fits(pair)
    ]
    return Shown(place.account, tuple(sorted(known, key=lambda pair: pair.key_name)), place.region.name)


def one(shown: Shown) -> KeyPair:
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
    return {"keyPairs": listed, **more, **account_member(shown.account)}


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


def account_member(account: Target) -> dict[str, str]:
    """Return the member `account`, which is there for another account than the function's own."""
    return {"account": account.name} if account.role_arn else {}


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
