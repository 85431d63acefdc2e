"""Assumes roles of other accounts with AssumeRole of Tencent Cloud's STS, and keeps their credentials.

https://www.tencentcloud.com/document/product/1150/49456 describes the call. The SDK's own
`STSAssumeRoleCredential` knows neither session tokens nor external ids; docs/decisions/accounts.md says more.

Temporary credentials are kept until shortly before their end. The key is everything that they were made with,
so those of one role, external id, session or function never serve another one.
"""

from __future__ import annotations

import hashlib
import json
import re

from handler.record import TYPE_CHECKING, NamedTuple
from handler.upstream import tc3, transport
from handler.upstream.tc3 import Credentials
from handler.upstream.transport import Bounds, Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from handler.ambient import Ambient

HOST = "sts.tencentcloudapi.com"

_SERVICE, _ACTION, _VERSION = "sts", "AssumeRole", "2018-08-13"

#: The life that is asked for, in seconds, and how long before its end a credential is used no more.
_LIFE, _BEFORE_THE_END = 1800, 300

#: The bytes that a reply may have.
_ROOM = 64 * 1024

#: A reply is awaited for half the time left, but at least for this time (seconds).
_SLOW = 2.0

#: Roles that are kept; a file with more accounts than this assumes some of them anew.
_MOST_KEPT = 100

_OK = 200

# Values for headers must have characters of headers; values for the log must have their usual form.
_VALUE = r"[!-~]{1,8192}"
_CODE = r"[A-Za-z0-9_.]{1,128}"
_ID = r"[A-Za-z0-9_-]{1,64}"

#: The credentials so far, and the SHA-256 of the function's own credentials that they were asked for with.
_kept: dict[_Key, _Kept] = {}
_had_with: list[bytes] = [b""]


class Role(NamedTuple):
    """A role to assume.

    Attributes:
        arn: `qcs::cam::uin/UIN:roleName/NAME`.
        external_id: what its trust policy asks for; may be empty.
        session_name: under which name the other account's log shows what is done with it.
    """

    arn: str
    external_id: str
    session_name: str

    def __repr__(self) -> str:
        """Return a text without secrets, in case this record is printed."""
        return f"Role({self.arn!r}, ...)"


class StsRefusal(NamedTuple):
    """STS said no; `code` is empty where its answer cannot be read."""

    code: str
    request_id: str


class _Key(NamedTuple):
    role_arn: str
    external_id: bytes
    session_name: str
    own_secret_id: str


class _Kept(NamedTuple):
    credentials: Credentials
    until: float


def kept(role: Role, own: Credentials, now: float) -> Credentials | None:
    """Return the kept credentials of a role if they are still valid, else None.

    Args:
        role: the role.
        own: the function's own credentials at this moment; what was asked for with others is dropped.
        now: seconds since the Unix epoch.
    """
    had_with = hashlib.sha256("\0".join(own).encode()).digest()
    if _had_with[0] != had_with:
        _kept.clear()
        _had_with[0] = had_with
    found = _kept.get(_key(role, own))
    return found.credentials if found and now < found.until else None


def forget(role: Role, own: Credentials) -> None:
    """Drop the credentials of a role."""
    _kept.pop(_key(role, own), None)


def assume(
    role: Role, own: Credentials, endpoint: Endpoint, region: str, left: Callable[[], float], ambient: Ambient
) -> Credentials | StsRefusal:
    """Assume a role with one call, and keep its credentials.

    Args:
        role: the role.
        own: the credentials to ask with.
        endpoint: where to connect; `Host` and the signature name the real STS whatever this is.
        region: where STS is asked.
        left: returns the seconds that this may take.
        ambient: clocks.

    Raises:
        transport.NeverSent, transport.NoReply, transport.BadReply: there is no whole reply.
    """
    parameters: dict[str, str | int] = {
        "RoleArn": role.arn,
        "RoleSessionName": role.session_name,
        "DurationSeconds": _LIFE,
    }
    if role.external_id:
        parameters["ExternalId"] = role.external_id
    call = tc3.ApiCall(_SERVICE, HOST, _ACTION, _VERSION, region)
    asked = ambient.wall()
    request = tc3.signed(call, parameters, own, asked)
    bounds = Bounds(left, lambda: max(left() / 2, min(left(), _SLOW)), _ROOM)
    reply = transport.exchange(endpoint, request, bounds, ambient)
    answer = _read(reply.body) if reply.status == _OK else StsRefusal("", "")
    if isinstance(answer, StsRefusal):
        return answer
    # Count by our own clock, and never longer than STS says: the two clocks may differ by minutes.
    until = min(answer.until, asked + _LIFE) - _BEFORE_THE_END
    if len(_kept) >= _MOST_KEPT:
        _kept.pop(next(iter(_kept)))
    _kept[_key(role, own)] = _Kept(answer.credentials, until)
    return answer.credentials


def _key(role: Role, own: Credentials) -> _Key:
    external_id = hashlib.sha256(role.external_id.encode()).digest()
    return _Key(role.arn, external_id, role.session_name, own.secret_id)


def _read(body: bytes) -> _Kept | StsRefusal:
    """Return the credentials that an answer holds, with the moment of their end, or what it refuses with."""
    try:
        content = json.loads(body)["Response"]
        request_id = _text(content.get("RequestId"), _ID)
        if (error := content.get("Error")) is not None:
            return StsRefusal(_text(error["Code"], _CODE), request_id)
        issued = content["Credentials"]
        values = [_text(issued[name], _VALUE) for name in ("TmpSecretId", "TmpSecretKey", "Token")]
        until = content["ExpiredTime"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return StsRefusal("", "")
    if not all(values) or not isinstance(until, int) or isinstance(until, bool):
        return StsRefusal("", request_id)
    return _Kept(Credentials(*values), until)


def _text(value: object, form: str) -> str:
    return value if isinstance(value, str) and re.fullmatch(form, value) else ""
