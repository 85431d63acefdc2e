"""Which key pairs somebody asks to see: the parameters of the query."""

from __future__ import annotations

import re

from handler import request
from handler.callers import accounts
from handler.callers.file import REGION_RULE
from handler.problems import FieldError, InvalidRequest
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: The most key pairs of one answer.
MOST = 1000

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

#: The parameters of one key pair in a chat, where the name is a parameter too.
NAMED_PARAMETERS = ("keyName", *ONE_PARAMETERS)


class LookQuery(NamedTuple):
    """Which key pairs to show; what is empty does not matter.

    Attributes:
        key_name: exactly this name.
        fingerprint: of the key, in either form.
        account, region: where to look.
        expires_before: a date; only key pairs whose tag `expires-on` is before it.
        limit: the most key pairs of the answer.
        after: only names after this one.
    """

    key_name: str = ""
    fingerprint: str = ""
    account: str = ""
    region: str = ""
    expires_before: str = ""
    limit: int = MOST
    after: str = ""


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
                errors.append(FieldError(f"/{name}", Sentence("This parameter is given more than once.")))
            elif not re.fullmatch(form, values[0]) or (name == "expiresBefore" and not is_date(values[0])):
                errors.append(FieldError(f"/{name}", Sentence("This must be {words}.", words=words)))
            else:
                found[name] = values[0]
    if errors:
        raise InvalidRequest(
            Sentence("The query of the request is wrong."),
            Sentence("Correct what `errors` lists; GET /openapi.json has all parameters."),
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
