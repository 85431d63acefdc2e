"""What each error code of CVM means here: one table, read from the top, the first match counts.

The codes are those that CVM documents for ImportKeyPair and DescribeKeyPairs
(https://www.tencentcloud.com/document/product/213/33227), those that API 3.0 documents for every
service (https://www.tencentcloud.com/document/api/1140/51177), and those that CVM was really seen
to answer instead: `InvalidParameterValue` for a name that is too long
(https://github.com/cloud-barista/cb-spider/issues/486) or has a wrong character, and for a region
that it does not know (https://github.com/TencentCloud/tencentcloud-sdk-nodejs/issues/56).
"""

from __future__ import annotations

from handler import problems
from handler.record import TYPE_CHECKING, NamedTuple
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Final

    from handler.importing.order import Region
    from handler.problems import Problem

REFUSED: Final = "upstream-refused"
PROJECT: Final = "unknown-project"
TAG: Final = "tag-refused"
INTERNAL: Final = "internal-error"
ROLE: Final = "misconfigured"
REGION: Final = "region"
FULL: Final = "key-pair-quota"
DUPLICATE: Final = "duplicate"
THROTTLED: Final = "throttled"
DOUBT: Final = "doubt"
UNLISTED: Final = "upstream-error"

#: (code, meaning); a `*` stands for any text, also none. The most specific come first.
CODES: Final = (
    ("InvalidKeyPairNameEmpty", REFUSED),
    ("InvalidKeyPairNameTooLong", REFUSED),
    ("InvalidKeyPairNameIncludeIllegalChar", REFUSED),
    ("InvalidPublicKey.Malformed", REFUSED),
    ("InvalidParameterValue", REFUSED),
    ("InvalidProjectId.NotFound", PROJECT),
    ("InvalidKeyPair.LimitExceeded", FULL),
    ("LimitExceeded.TagResourceQuota", TAG),
    ("FailedOperation.TagKeyReserved", TAG),
    ("InvalidParameterValue.DuplicateTags", TAG),
    ("UnsupportedRegion", REGION),
    ("InvalidParameterValue.InvalidRegion", REGION),
    ("InvalidRegion.NotFound", REGION),
    ("InvalidRegion.Unavailable", REGION),
    ("MissingParameter", INTERNAL),
    ("UnknownParameter", INTERNAL),
    ("InvalidParameter", INTERNAL),
    ("InternalError", DOUBT),
    ("InternalServerError", DOUBT),
    ("FailedOperation", DOUBT),
    ("ServiceUnavailable", DOUBT),
    ("ResourceUnavailable", DOUBT),
    ("FailedOperation.IllegalTag*", TAG),
    ("InvalidParameterValue.Tag*", TAG),
    ("RequestLimitExceeded*", THROTTLED),
    ("UnauthorizedOperation*", ROLE),
    ("AuthFailure*", ROLE),
    ("Ip*", ROLE),
    ("*.Duplicate", DUPLICATE),
    ("*", UNLISTED),
)

#: The codes for credentials that CVM does not accept, or no longer. Newer ones may be accepted.
EXPIRED: Final = frozenset(
    {
        "AuthFailure.InvalidAuthorization",
        "AuthFailure.InvalidSecretId",
        "AuthFailure.SecretIdNotFound",
        "AuthFailure.SignatureExpire",
        "AuthFailure.SignatureFailure",
        "AuthFailure.TokenFailure",
        "UnauthorizedOperation.InvalidToken",
    }
)

#: The header that CVM names where `InvalidParameterValue` is about the region, in either language.
_REGION_HEADER = "X-TC-Region"


def meaning(code: str, message: str) -> str:
    """Return what the code means; of the message, only which parameter it names is looked at."""
    if code == "InvalidParameterValue" and _REGION_HEADER in message:
        return REGION
    return next(means for pattern, means in CODES if _matches(pattern, code))


#: What the codes of AssumeRole mean, which writes nothing; DOUBT is no answer.
#: https://www.tencentcloud.com/document/product/1150/49456, the spelling included.
_OF_STS: Final = (
    ("InternalError.GetRoleError", ROLE),
    ("InternalError.IllegalRole", ROLE),
    ("InternalError*", DOUBT),
    ("AuthFailure*", ROLE),
    ("UnauthorizedOperation*", ROLE),
    ("ResourceNotFound*", ROLE),
    ("InvalidParameter*", ROLE),
    ("RequestLimitExceeded*", THROTTLED),
    ("", DOUBT),
    ("*", UNLISTED),
)


def of_sts(code: str) -> str:
    """Return what a code of AssumeRole means; no code is an answer that cannot be read."""
    return next(means for pattern, means in _OF_STS if _matches(pattern, code))


def _matches(pattern: str, code: str) -> bool:
    before, star, after = pattern.partition("*")
    if not star:
        return pattern == code
    return code.startswith(before) and code.endswith(after)


class _Words(NamedTuple):
    kind: type[Problem]
    detail: Sentence
    remedy: Sentence


_NAME = Sentence("Choose a keyName of 1 to 25 letters, digits and underscores.")

#: The sentences for the caller: by code where that says more, else by meaning.
_WORDS: Mapping[str, _Words] = {
    "InvalidKeyPairNameEmpty": _Words(
        problems.UpstreamRefused, Sentence("CVM does not take the keyName."), _NAME
    ),
    "InvalidKeyPairNameTooLong": _Words(
        problems.UpstreamRefused, Sentence("The keyName is too long for CVM."), _NAME
    ),
    "InvalidKeyPairNameIncludeIllegalChar": _Words(
        problems.UpstreamRefused, Sentence("The keyName holds a character that CVM does not take."), _NAME
    ),
    "InvalidPublicKey.Malformed": _Words(
        problems.UpstreamRefused,
        Sentence("CVM does not take the public key, although it is a well formed OpenSSH RSA key."),
        Sentence("Make another key pair with `ssh-keygen -t rsa -b 3072` and send its public key."),
    ),
    REFUSED: _Words(
        problems.UpstreamRefused,
        Sentence("CVM does not take one of the values of the request, and does not say clearly which."),
        Sentence(
            "Check keyName, publicKey, projectId and region, then send the request again with the right"
            " value."
        ),
    ),
    REGION: _Words(
        problems.UpstreamRefused,
        Sentence("CVM does not know the region."),
        Sentence("Send a region that CVM has, such as ap-guangzhou, or leave region out."),
    ),
    PROJECT: _Words(
        problems.UnknownProject,
        Sentence("The account has no project with this projectId."),
        Sentence("Send the number of a project that exists, or leave projectId out for the default project."),
    ),
    TAG: _Words(
        problems.TagRefused,
        Sentence(
            "CVM does not take one of the tags: a key or value that it reserves or forbids, or too many tags."
        ),
        Sentence("Change or leave out the tags, then send the request again."),
    ),
    FULL: _Words(
        problems.KeyPairQuota,
        Sentence(
            "The account holds as many key pairs as it may, and neither this name nor this key is among them."
        ),
        Sentence(
            "Have a key pair deleted that is no longer used (`tccli cvm DescribeKeyPairs` lists them), or the"
            " quota raised; then send the request again."
        ),
    ),
    UNLISTED: _Words(
        problems.UpstreamError,
        Sentence("CVM refused with a code that this function does not know. Nothing was written."),
        Sentence("Look the cvmCode up in CVM's documentation, or send the same request again later."),
    ),
}

_MISFITS = Sentence(
    "CVM does not take the credentials of the function's role: expired, or not a matching set."
)
_DENIED = Sentence(
    "The function's role may not call cvm:{action}: attach the policy that docs/operations.md shows."
)
_FENCED = Sentence("A rule on addresses (IP) of the account keeps this function from calling cvm:{action}.")
_DEFECT = "CVM found a fault in the form of what this function sent to cvm:{action}."
_HOME = Sentence("CVM does not know the region that this function uses by default: set DEFAULT_REGION.")


def problem_of(means: str, code: str, request_id: str, action: str, region: Region) -> Problem:
    """Return the problem for a refusal that is neither throttle, duplicate nor doubt.

    Args:
        means: what the code means, see `meaning`.
        code, request_id: CVM's answer, for support; its message is not passed on.
        action: the API that was called, for the operator.
        region: where CVM was asked; our own default is ours to mend.
    """
    if means == INTERNAL:
        return problems.InternalError(_DEFECT.format(action=action), cvm_code=code, cvm_request_id=request_id)
    if cause := _ours(code, means, region):
        return problems.Misconfigured(cause.filled(action=action), cvm_code=code, cvm_request_id=request_id)
    words = _WORDS.get(code) or _WORDS.get(means, _WORDS[UNLISTED])
    return words.kind(words.detail, words.remedy, cvm_code=code, cvm_request_id=request_id)


def _ours(code: str, means: str, region: Region) -> Sentence | None:
    """Return the cause of a refusal that the operator has to mend, without the action, else nothing."""
    if means == REGION and not region.chosen:
        return _HOME
    if means != ROLE:
        return None
    if code in EXPIRED:
        return _MISFITS
    return _FENCED if code.startswith("Ip") else _DENIED
