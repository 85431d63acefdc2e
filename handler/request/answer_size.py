"""The most bytes that the answers to many requests may take, judged before the first of them is written.

SCF returns at most 6 MB (https://cloud.tencent.com/document/product/583/11637). A longer answer would reach
the caller as an error of the platform, after every key pair has been imported, and again at each repeat.
"""

from __future__ import annotations

import json

from handler.importing.decision import MOST_DIFFERENCES
from handler.importing.order import MOST_TAGS
from handler.problems import PayloadTooLarge
from handler.record import TYPE_CHECKING
from handler.request import EXPIRES_ON
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: The most bytes that SCF returns, less the bytes around the answers.
MOST_BYTES = 6_000_000 - 10_000

#: A problem with an error for every member, and a result without its tags, in bytes.
_PROBLEM, _RESULT = 12_000, 2_000

#: A stored tag value, in bytes: 255 characters, each as `\\uXXXX` whose backslash is escaped once more, since
#: the body is a text within the reply.
_STORED = 255 * 7


def require_room(values: Sequence[object], own_tags: Mapping[str, str]) -> None:
    """Raise unless the answers to all requests surely fit into one reply.

    Args:
        values: the requests as JSON values, not checked yet.
        own_tags: the tags that the caller's key pairs always get.

    Raises:
        PayloadTooLarge: they may not fit.
    """
    sizes = [largest(value, own_tags) for value in values]
    if sum(sizes) > MOST_BYTES:
        fit = max(1, MOST_BYTES // max(sizes))
        raise PayloadTooLarge(
            Sentence(
                "The answers to these {count} requests, with all their tags, could be larger than the 6 MB"
                " that the platform returns. Nothing was written.",
                count=len(sizes),
            ),
            Sentence("Send at most {fit} such requests at once, or fewer tags.", fit=fit),
        )


def largest(value: object, own_tags: Mapping[str, str]) -> int:
    """Return the most bytes that the answer to a request may take, whatever the account holds."""
    tags = value.get("tags") if isinstance(value, dict) else None
    # More tags are refused by the schema, so their size does not matter.
    sent = tags if isinstance(tags, dict) and len(tags) <= MOST_TAGS else {}
    if isinstance(value, dict) and "expiresOn" in value:
        sent = {**sent, EXPIRES_ON: value["expiresOn"]}
    shown = sum(_bytes(name) + max(_STORED, _bytes(text)) for name, text in {**sent, **own_tags}.items())
    differences = sorted((_bytes(name) + _bytes(text) + _STORED for name, text in sent.items()), reverse=True)
    return max(_PROBLEM, _RESULT + shown + sum(differences[:MOST_DIFFERENCES]))


def _bytes(text: object) -> int:
    """Return the bytes of a text in a JSON text that stands in another one, with its quotation marks."""
    return len(json.dumps(json.dumps(text))) if isinstance(text, str) else 0
