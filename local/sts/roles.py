"""Roles that can be assumed, and the one action that does it.

Source: https://cloud.tencent.com/document/product/1312/48197 (AssumeRole). Which code a wrong external id
gets is not documented: it is UnauthorizedOperation here, the code of a role that does not trust the caller.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from local.api3.messages import ApiError
from local.api3.parameters import ParameterShape
from local.api3.service import ApiRequest, Parameters
from local.stand_in.credentials import OWN_ACCOUNT, Credential

ASSUME_ROLE: ParameterShape = {
    "RoleArn!": str,
    "RoleSessionName!": str,
    "DurationSeconds": int,
    "Policy": str,
    "ExternalId": str,
    "Tags": [{"Key!": str, "Value!": str}],
    "SourceIdentity": str,
}

#: The form in which a role is named, with its account and its name.
ARN = re.compile(r"qcs::cam::uin/([0-9]{1,20}):roleName/([A-Za-z0-9+,.@_-]{1,128})", re.ASCII)
_SESSION = re.compile(r"[A-Za-z0-9_+=,.@-]{2,128}", re.ASCII)
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,128}", re.ASCII)
_DEFAULT_SECONDS, _LONGEST_SECONDS = 7200, 43200


class KnownRole(NamedTuple):
    """A role in some account.

    Attributes:
        arn: `qcs::cam::uin/UIN:roleName/NAME`.
        external_id: what its trust policy demands; empty demands nothing.
        trusts: the accounts whose credentials may assume it.
    """

    arn: str
    external_id: str = ""
    trusts: tuple[str, ...] = (OWN_ACCOUNT,)


#: Makes a credential of a role: its name, the seconds of its life, its account.
Mint = Callable[[str, float, str], Credential]


def assume(wanted: ApiRequest, roles: Mapping[str, KnownRole], mint: Mint, now: float) -> Parameters:
    """Return temporary credentials of a role.

    Raises:
        ApiError: InvalidParameter.ParamError or .OverTimeError, ResourceNotFound.RoleNotFound or
            UnauthorizedOperation.
    """
    sent: Mapping[str, Any] = wanted.sent
    arn = ARN.fullmatch(sent["RoleArn"])
    external_id = sent.get("ExternalId", "")
    for name, fits in (
        ("RoleArn", arn),
        ("RoleSessionName", _SESSION.fullmatch(sent["RoleSessionName"])),
        ("ExternalId", not external_id or _EXTERNAL_ID.fullmatch(external_id)),
    ):
        if not fits:
            raise ApiError("InvalidParameter.ParamError", name=name)
    seconds = sent.get("DurationSeconds", _DEFAULT_SECONDS)
    if not 0 < seconds <= _LONGEST_SECONDS:
        raise ApiError("InvalidParameter.OverTimeError", limit=_LONGEST_SECONDS)
    role = roles.get(sent["RoleArn"])
    if role is None or arn is None:
        raise ApiError("ResourceNotFound.RoleNotFound", arn=sent["RoleArn"])
    if wanted.owner.account not in role.trusts or (role.external_id and external_id != role.external_id):
        raise ApiError("UnauthorizedOperation", arn=role.arn)
    account, name = arn.groups()
    credential = mint(name, seconds, account)
    expires = int(now + seconds)
    return {
        "Credentials": {
            "Token": credential.token,
            "TmpSecretId": credential.secret_id,
            "TmpSecretKey": credential.secret_key,
        },
        "ExpiredTime": expires,
        "Expiration": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)),
    }
