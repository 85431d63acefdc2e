"""Reads what CVM answered, and sorts it into outcomes.

The bytes are read here and not by the SDK, which reads some replies wrongly: it takes an error for a success
when the Content-Type names a charset, throws away the body of any status but 200, and raises a bare KeyError
where a RequestId is missing (`_check_error` and `_check_status` in
https://github.com/TencentCloud/tencentcloud-sdk-python/blob/master/tencentcloud/common/abstract_client.py).
"""

from __future__ import annotations

import json
import re

from handler.cvm import codes, throttle
from handler.importing.account import Created, Duplicate, Full, Nonsense, Refused, Throttled
from handler.importing.key_pair import KeyPair
from handler.key_gate.public_key import decode_blob
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.importing.order import Region

# The parts of CVM's answer that a caller sees must have their usual form.
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CODE = re.compile(r"[A-Za-z0-9_.]{1,128}")


_TIME = re.compile(r"[0-9T:Z+. -]{1,40}")


class ApiReply(NamedTuple):
    """A whole answer of API 3.0: an error where `code` is not empty, else content.

    https://www.tencentcloud.com/document/api/213/33223 describes the form.
    """

    code: str
    message: str
    content: Mapping[str, Any]
    request_id: str


class KeyPairPage(NamedTuple):
    """One page of the account's key pairs, and how many there are in all."""

    pairs: tuple[KeyPair, ...]
    total: int
    request_id: str


def parse(body: bytes) -> ApiReply | Nonsense:
    """Return the answer that the bytes hold."""
    try:
        content = json.loads(body)["Response"]
        request_id = content.get("RequestId")
        error = content.get("Error")
        code, message = ("", "") if error is None else (error["Code"], error.get("Message"))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Nonsense("a body that is no answer of API 3.0")
    if error is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
        return Nonsense("an error without a code")
    if error is not None and content.get("KeyId"):
        return Nonsense("an error and a key pair at once")
    return ApiReply(code, message if isinstance(message, str) else "", content, _text(request_id, _ID))


def created(reply: ApiReply) -> Created | Nonsense:
    """Return the key pair that an ImportKeyPair without an error made."""
    if key_id := _text(reply.content.get("KeyId"), _ID):
        return Created(key_id, reply.request_id)
    return Nonsense("neither an error nor a KeyId")


def failure(
    reply: ApiReply, action: str, region: Region
) -> Refused | Throttled | Duplicate | Full | Nonsense:
    """Return what an answer with an error means."""
    means = codes.meaning(reply.code, reply.message)
    if means == codes.THROTTLED:
        return Throttled(*throttle.counted(reply.message), clear_in=0.0)
    if means == codes.DOUBT:
        return Nonsense(reply.code)
    if means == codes.DUPLICATE:
        return Duplicate(reply.request_id)
    problem = codes.problem_of(means, reply.code, reply.request_id, action, region)
    return Full(problem) if means == codes.FULL else Refused(problem)


def key_pairs(reply: ApiReply) -> KeyPairPage | Nonsense:
    """Return the key pairs of a DescribeKeyPairs without an error."""
    try:
        total = reply.content["TotalCount"]
        pairs = tuple(_pair(item, reply.request_id) for item in reply.content["KeyPairSet"] or ())
    except (LookupError, TypeError, AttributeError):
        return Nonsense("key pairs of an unknown form")
    if not isinstance(total, int) or isinstance(total, bool) or total < len(pairs):
        return Nonsense("key pairs without their number")
    return KeyPairPage(pairs, total, reply.request_id)


def _pair(item: Mapping[str, Any], request_id: str) -> KeyPair:
    key_id, name, project_id = item["KeyId"], item["KeyName"], item.get("ProjectId")
    if not _text(key_id, _ID) or not isinstance(name, str) or not isinstance(project_id, int | None):
        raise TypeError
    # A tag may have an empty value; a list must not fail because of it.
    stored = {tag["Key"]: tag.get("Value") for tag in item.get("Tags") or ()}
    tags = {name: "" if value is None else value for name, value in stored.items()}
    if not all(isinstance(text, str) for pair in tags.items() for text in pair):
        raise TypeError
    text = item.get("PublicKey")
    # CVM writes a comment of its own behind the key, so lines are never compared as text.
    blob = decode_blob(text) if isinstance(text, str) else None
    # These are only shown to people, so a list does not fail because of them.
    bound, created = item.get("AssociatedInstanceIds"), _text(item.get("CreatedTime"), _TIME)
    count = len(bound) if isinstance(bound, list) else 0
    return KeyPair(key_id, name, project_id or 0, blob, tags, request_id, created, count)


def _text(value: object, form: re.Pattern[str]) -> str:
    return value if isinstance(value, str) and form.fullmatch(value) else ""
