"""Shows key pairs to people: one in a few lines, many in a table, and a line about all of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from handler.looking.query import is_date
from handler.request import EXPIRES_ON
from local.columns import WIDTH, fitted
from local.look.listing import Listing
from local.send.report import visible

_COLUMNS = ("NAME", "KEY ID", "BITS", "CREATED", "EXPIRES", "USED", "FINGERPRINT")

#: The most names in the line about all.
_MOST_NAMED = 5


def single(pair: Mapping[str, Any]) -> str:
    """Return all that is known of one key pair, a line for each."""
    rows = [
        ("key id", pair.get("keyId")),
        ("project", pair.get("projectId")),
        ("is", f"{pair['bits']} bits, {pair.get('fingerprint')}" if "bits" in pair else "not a readable key"),
        ("md5", pair.get("fingerprintMd5")),
        ("created", pair.get("createdAt")),
        ("used by", f"{pair.get('instanceCount', 0)} instances"),
        *(("tag", f"{name}={value}") for name, value in sorted(_tags(pair).items())),
    ]
    lines = [f"  {name:<8} {_cell(value)}" for name, value in rows if value is not None]
    return "\n".join([_cell(pair["keyName"]), *lines])


def table(pairs: Sequence[Mapping[str, Any]]) -> str:
    """Return a row for each key pair; what does not fit a terminal is cut off."""
    rows = [_COLUMNS, *(_row(pair) for pair in pairs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
    return "\n".join(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines)


def as_json(listing: Listing) -> str:
    """Return the key pairs as the function shows them, in one document of ASCII."""
    document: dict[str, object] = {"keyPairs": listing.key_pairs}
    if listing.account:
        document["account"] = listing.account
    if listing.following:
        document["next"] = listing.following
    return json.dumps(document, indent=2)


def summary(listing: Listing, today: str) -> str:
    """Return how many there are, which is the oldest, and which should be gone.

    Args:
        listing: the key pairs.
        today: the date, in UTC.
    """
    pairs = listing.key_pairs
    where = f" in the account {_cell(listing.account)}" if listing.account else ""
    sentences = [f"{_counted(len(pairs))}{where}"]
    dated = sorted((day, _cell(pair["keyName"])) for pair in pairs if (day := _created(pair)))
    if dated:
        sentences.append(f"the oldest is {dated[0][1]} of {dated[0][0]}")
    expired = [_cell(pair["keyName"]) for pair in pairs if "" < _expires(pair) < today]
    sentences.append(f"{len(expired)} expired{f': {_named(expired)}' if expired else ''}")
    text = "; ".join(sentences) + "."
    if listing.following:
        text += f" There are more: go on with --after {_cell(listing.following)}."
    return fitted(text)


def _counted(count: int) -> str:
    return f"{count} key pair{'' if count == 1 else 's'}"


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _row(pair: Mapping[str, Any]) -> tuple[str, ...]:
    cells = (
        pair["keyName"],
        pair.get("keyId"),
        pair.get("bits"),
        _created(pair),
        _expires(pair),
        pair.get("instanceCount"),
        pair.get("fingerprint"),
    )
    return tuple("" if cell is None else _cell(cell) for cell in cells)


def _cell(value: object) -> str:
    return visible(str(value)).replace("\n", " ")


def _tags(pair: Mapping[str, Any]) -> Mapping[str, Any]:
    tags = pair.get("tags")
    return tags if isinstance(tags, dict) else {}


def _created(pair: Mapping[str, Any]) -> str:
    """Return the day on which a key pair was made, or nothing where CVM does not say."""
    day = str(pair.get("createdAt", ""))[:10]
    return day if is_date(day) else ""


def _expires(pair: Mapping[str, Any]) -> str:
    """Return the day on which a key pair should go, or nothing where it has no such day."""
    day = str(_tags(pair).get(EXPIRES_ON, ""))
    return day if is_date(day) else ""
