"""The code table, walked in full: documented codes and really observed answers alike."""

from __future__ import annotations

import re

import pytest

from handler import problems
from handler.catalogue import CHINESE, translator
from handler.cvm import codes
from handler.cvm.codes import CODES, DOUBT, DUPLICATE, FULL, REGION, ROLE, THROTTLED, UNLISTED
from handler.importing.order import Region
from tests.handler.sentences import assert_well_put, is_well_put

TOO_LONG = "The specified key pair name `a_name_that_is_far_too_long` is too long, more than `25` characters."
ILLEGAL = "The specified key pair name `a-b` is include illegal character `-`."
WRONG_REGION = "A value specified in `X-TC-Region` is not valid, is unsupported, or cannot be used."
WRONG_VERSION = WRONG_REGION.replace("Region", "Version")
THROTTLE = "您当前每秒请求 `11` 次，超过了每秒频率上限 `10`，请稍后重试。"

#: code, message, what it means; every documented code of ImportKeyPair, DescribeKeyPairs and API 3.0.
ANSWERS = [
    ("InvalidKeyPairNameEmpty", "", "upstream-refused"),
    ("InvalidKeyPairNameTooLong", "", "upstream-refused"),
    ("InvalidKeyPairNameIncludeIllegalChar", "", "upstream-refused"),
    ("InvalidPublicKey.Malformed", "", "upstream-refused"),
    ("InvalidParameterValue", TOO_LONG, "upstream-refused"),
    ("InvalidParameterValue", ILLEGAL, "upstream-refused"),
    ("InvalidParameterValue", "", "upstream-refused"),
    ("InvalidParameterValue", WRONG_REGION, REGION),
    ("InvalidParameterValue", WRONG_VERSION, "upstream-refused"),
    ("InternalError", WRONG_REGION, DOUBT),
    ("InvalidParameterValue.InvalidRegion", "", REGION),
    ("InvalidRegion.NotFound", "", REGION),
    ("InvalidRegion.Unavailable", "", REGION),
    ("UnsupportedRegion", "", REGION),
    ("InvalidProjectId.NotFound", "", "unknown-project"),
    ("InvalidKeyPair.LimitExceeded", "", FULL),
    ("LimitExceeded.TagResourceQuota", "", "tag-refused"),
    ("FailedOperation.TagKeyReserved", "", "tag-refused"),
    ("FailedOperation.IllegalTagKey", "", "tag-refused"),
    ("FailedOperation.IllegalTagValue", "", "tag-refused"),
    ("InvalidParameterValue.DuplicateTags", "", "tag-refused"),
    ("InvalidParameterValue.TagKeyNotFound", "", "tag-refused"),
    ("InvalidParameterValue.TagQuotaLimitExceeded", "", "tag-refused"),
    ("MissingParameter", "The request is missing a required parameter `Region`.", "internal-error"),
    ("UnknownParameter", "", "internal-error"),
    ("InvalidParameter", "The value type of parameter `ProjectId` is not valid", "internal-error"),
    ("InvalidKeyPairName.Duplicate", "", DUPLICATE),
    ("InvalidPublicKey.Duplicate", "", DUPLICATE),
    ("InvalidParameterValue.Duplicate", "", DUPLICATE),
    ("AuthFailure", "", ROLE),
    ("AuthFailure.InvalidAuthorization", "", ROLE),
    ("AuthFailure.InvalidSecretId", "", ROLE),
    ("AuthFailure.MFAFailure", "", ROLE),
    ("AuthFailure.SecretIdNotFound", "", ROLE),
    ("AuthFailure.SignatureExpire", "", ROLE),
    ("AuthFailure.SignatureFailure", "", ROLE),
    ("AuthFailure.TokenFailure", "", ROLE),
    ("AuthFailure.UnauthorizedOperation", "", ROLE),
    ("UnauthorizedOperation", "", ROLE),
    ("UnauthorizedOperation.InvalidToken", "", ROLE),
    ("IpInBlacklist", "", ROLE),
    ("IpNotInWhitelist", "", ROLE),
    ("RequestLimitExceeded", THROTTLE, THROTTLED),
    ("RequestLimitExceeded.GlobalRegionUinLimitExceeded", "", THROTTLED),
    ("RequestLimitExceeded.IPLimitExceeded", "", THROTTLED),
    ("RequestLimitExceeded.UinLimitExceeded", "", THROTTLED),
    ("InternalError", "", DOUBT),
    ("InternalServerError", "", DOUBT),
    ("FailedOperation", "", DOUBT),
    ("ServiceUnavailable", "", DOUBT),
    ("ResourceUnavailable", "", DOUBT),
    ("LimitExceeded", "", UNLISTED),
    ("ActionOffline", "", UNLISTED),
    ("DryRunOperation", "", UNLISTED),
    ("InvalidAction", "", UNLISTED),
    ("InvalidFilter", "", UNLISTED),
    ("InvalidFilterValue.LimitExceeded", "", UNLISTED),
    ("InvalidKeyPairId.Malformed", "", UNLISTED),
    ("InvalidParameterValue.LimitExceeded", "", UNLISTED),
    ("InvalidParameterValueLimit", "", UNLISTED),
    ("InvalidParameterValueOffset", "", UNLISTED),
    ("InvalidRequest", "", UNLISTED),
    ("NoSuchProduct", "", UNLISTED),
    ("NoSuchVersion", "", UNLISTED),
    ("RequestSizeLimitExceeded", "", UNLISTED),
    ("ResourceInUse", "", UNLISTED),
    ("ResourceInsufficient", "", UNLISTED),
    ("ResourceNotFound", "", UNLISTED),
    ("ResponseSizeLimitExceeded", "", UNLISTED),
    ("UnsupportedOperation", "", UNLISTED),
    ("UnsupportedProtocol", "", UNLISTED),
    ("InternalError.TradeUnknownError", "", UNLISTED),
    ("FailedOperation.DisassociateKeyPairFailed", "", UNLISTED),
    ("Invented.Tomorrow", "", UNLISTED),
    ("requestlimitexceeded", "", UNLISTED),
    ("", "", UNLISTED),
]

#: What the codes of a family begin with, those that CVM will invent included.
FAMILIES = (
    "FailedOperation.IllegalTag",
    "InvalidParameterValue.Tag",
    "RequestLimitExceeded",
    "UnauthorizedOperation",
    "AuthFailure",
    "Ip",
)

answers = pytest.mark.parametrize(
    ("code", "message", "meaning"),
    ANSWERS,
    ids=[f"{place} {code}" for place, (code, *_) in enumerate(ANSWERS)],
)

KINDS = {
    "upstream-refused": problems.UpstreamRefused,
    "unknown-project": problems.UnknownProject,
    "tag-refused": problems.TagRefused,
    "internal-error": problems.InternalError,
    FULL: problems.KeyPairQuota,
    ROLE: problems.Misconfigured,
    UNLISTED: problems.UpstreamError,
}


#: What CVM says of credentials that it does not take.
OF_THE_CREDENTIALS = [
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.TokenFailure",
    "UnauthorizedOperation.InvalidToken",
]


@answers
def test_each_answer_has_one_meaning(code: str, message: str, meaning: str) -> None:
    """Codes match exactly unless the table says otherwise, the most specific first."""
    assert codes.meaning(code, message) == meaning


@answers
def test_a_code_that_begins_like_a_known_one_means_nothing_yet(code: str, message: str, meaning: str) -> None:
    """A code that only begins like a known one is on no list, except in families with a star."""
    assert codes.meaning(code + "Tomorrow", "") == (meaning if code.startswith(FAMILIES) else UNLISTED)


def test_the_walk_leaves_out_no_row() -> None:
    """Each row of the table is the first match of some answer above."""
    first = {next(row for row in CODES if codes._matches(row[0], code)) for code, _, _ in ANSWERS}
    assert first == set(CODES)


def test_no_row_hides_a_later_one() -> None:
    """A pattern never stands before something more specific that it matches."""
    for place, (pattern, _) in enumerate(CODES):
        for later, _ in CODES[place + 1 :]:
            assert not codes._matches(pattern, later.replace("*", "Something")), (pattern, later)


@answers
@pytest.mark.parametrize("region_chosen", [False, True])
def test_each_refusal_becomes_the_problem_of_its_meaning(
    code: str, message: str, meaning: str, region_chosen: bool
) -> None:
    """A refusal has CVM's code and request id, and none of CVM's words."""
    problem = codes.problem_of(meaning, code, "r-1", "ImportKeyPair", Region("ap-guangzhou", region_chosen))
    if meaning == REGION:
        assert isinstance(problem, problems.UpstreamRefused if region_chosen else problems.Misconfigured)
    elif meaning in KINDS:
        assert type(problem) is KINDS[meaning]
    else:
        assert type(problem) is problems.UpstreamError, "where such a code makes no sense"
    assert (problem.cvm_code, problem.cvm_request_id) == (code, "r-1")
    text = f"{problem.detail} {problem.remedy} {problem.cause}"
    for word in ("`a-b`", "X-TC-Region", "a_name_that", "您当前"):
        assert word not in text
    assert_well_put(problem)
    assert is_well_put(problem.cause or "None.")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        *((code, "credentials") for code in OF_THE_CREDENTIALS),
        ("AuthFailure", "may not call cvm:DescribeKeyPairs"),
        ("AuthFailure.UnauthorizedOperation", "may not call cvm:DescribeKeyPairs"),
        ("AuthFailure.MFAFailure", "may not call cvm:DescribeKeyPairs"),
        ("UnauthorizedOperation", "may not call cvm:DescribeKeyPairs"),
        ("IpInBlacklist", "keeps this function from calling cvm:DescribeKeyPairs"),
        ("IpNotInWhitelist", "keeps this function from calling cvm:DescribeKeyPairs"),
        ("UnsupportedRegion", "DEFAULT_REGION"),
        ("MissingParameter", "sent to cvm:DescribeKeyPairs"),
    ],
)
def test_whoever_runs_the_function_is_told_what_to_mend(code: str, words: str) -> None:
    """Credentials, the role's policy, a rule on addresses and our own region each have their cause."""
    means = codes.meaning(code, "")
    problem = codes.problem_of(means, code, "", "DescribeKeyPairs", Region("ap-guangzhou", False))
    assert words in problem.cause
    if isinstance(problem, problems.Misconfigured):
        shown = translator(CHINESE)(problem.explained(known_caller=True))
        assert re.search("[\u4e00-\u9fff]", shown)
        assert ("cvm:DescribeKeyPairs" in shown) == ("cvm:" in words)


@pytest.mark.parametrize(
    ("code", "words", "instead"),
    [
        ("InvalidKeyPairNameEmpty", "keyName", "1 to 25 letters"),
        ("InvalidKeyPairNameTooLong", "too long", "1 to 25 letters"),
        ("InvalidKeyPairNameIncludeIllegalChar", "character", "1 to 25 letters"),
        ("InvalidPublicKey.Malformed", "public key", "ssh-keygen -t rsa"),
        ("InvalidParameterValue", "one of the values", "Check keyName, publicKey, projectId and region"),
        ("UnsupportedRegion", "region", "such as ap-guangzhou"),
        ("InvalidProjectId.NotFound", "projectId", "a project that exists"),
        ("LimitExceeded.TagResourceQuota", "one of the tags", "leave out the tags"),
        ("InvalidKeyPair.LimitExceeded", "as many key pairs as it may", "quota"),
        ("Invented.Tomorrow", "a code that this function does not know", "cvmCode"),
    ],
)
def test_a_refused_value_is_named_where_the_code_names_it(code: str, words: str, instead: str) -> None:
    """The remedy says what to send instead."""
    means = codes.meaning(code, "")
    problem = codes.problem_of(means, code, "", "ImportKeyPair", Region("ap-guangzhou", True))
    assert words in problem.detail
    assert instead in problem.remedy
