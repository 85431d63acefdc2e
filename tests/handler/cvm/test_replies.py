"""What CVM answered, read from its bytes."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import problems
from handler.cvm import replies
from handler.cvm.replies import ApiReply, KeyPairPage
from handler.importing.account import Created, Duplicate, Full, Nonsense, Refused, Throttled
from handler.importing.key_pair import KeyPair
from handler.importing.order import Region
from tests.keys.many import key


def answer(**content: Any) -> bytes:
    """Return a body as API 3.0 has it."""
    return json.dumps({"Response": {"RequestId": "r-1", **content}}).encode()


def whole(body: bytes) -> ApiReply:
    """Read a body that is an answer."""
    reply = replies.parse(body)
    assert isinstance(reply, ApiReply)
    return reply


def test_an_id_or_code_of_any_form_that_cvm_uses_is_kept() -> None:
    """Letters, digits and what stands between them, up to a length that none of them has."""
    request_id, code = "AZaz09_-" + "r" * 56, "AZaz09_." + "c" * 120
    reply = whole(answer(RequestId=request_id, Error={"Code": code}))
    assert (reply.code, reply.request_id) == (code, request_id)
    assert replies.created(whole(answer(KeyId=request_id))) == Created(request_id, "r-1")


def test_a_success_has_no_code() -> None:
    """A success has no code, and its content is what CVM sent."""
    reply = whole(answer(KeyId="skey-1"))
    assert (reply.code, reply.message, reply.request_id) == ("", "", "r-1")
    assert reply.content["KeyId"] == "skey-1"


@pytest.mark.parametrize("message", ["words", "中文", None, 7])
def test_an_error_has_its_code_and_any_message(message: Any) -> None:
    """An error has its code and its message; a message that is no text counts as none."""
    reply = whole(answer(Error={"Code": "Some.Code", "Message": message}))
    assert reply.code == "Some.Code"
    assert reply.message == (message if isinstance(message, str) else "")


def test_an_error_without_message_or_request_id_is_an_error_all_the_same() -> None:
    """An error without message or request id is still an error; the SDK raises KeyError."""
    reply = whole(b'{"Response": {"Error": {"Code": "Some.Code"}}}')
    assert (reply.code, reply.message, reply.request_id) == ("Some.Code", "", "")


@pytest.mark.parametrize("value", ["r 1", "r\n1", "", "r" * 65, 7, None, ["r"]])
def test_a_request_id_of_another_form_is_left_out(value: Any) -> None:
    """Callers see the request id, so one of another form is left out."""
    assert whole(answer(RequestId=value)).request_id == ""


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b"7",
        b'"Response"',
        b"{}",
        b'{"Response": null}',
        b'{"Response": []}',
        b'{"Response": "KeyId"}',
        b'{"Response": {"KeyId": "skey-1"',
        b'{"Response": {"KeyId": "skey-1\xff"}}',
        b"[" * 100_000,
        b'{"Response": ' * 5_000,
        b'{"Response": {"Error": "text"}}',
        b'{"Response": {"Error": []}}',
        b'{"Response": {"Error": {}}}',
        b'{"Response": {"Error": {"Code": null}}}',
        b'{"Response": {"Error": {"Code": ""}}}',
        b'{"Response": {"Error": {"Code": "two words"}}}',
        b'{"Response": {"Error": {"Code": 7, "Message": "x"}}}',
        b'{"Response": {"Error": {"Code": "Some.Code"}, "KeyId": "skey-1"}}',
        b'{"Response": {"Error": {"Code": "' + b"x" * 129 + b'"}}}',
    ],
    ids=itertools.count(),
)
def test_what_is_no_answer_is_nonsense(body: bytes) -> None:
    """It does not show what was done."""
    nonsense = replies.parse(body)
    assert isinstance(nonsense, Nonsense)
    assert nonsense.cause in {
        "a body that is no answer of API 3.0",
        "an error without a code",
        "an error and a key pair at once",
    }


@given(st.binary(max_size=200))
def test_no_bytes_raise(body: bytes) -> None:
    """No bytes raise an exception: each answer has an outcome."""
    replies.parse(body)


def test_an_error_that_is_null_is_none() -> None:
    """An error that is null counts as absent."""
    assert whole(b'{"Response": {"Error": null, "KeyId": "skey-1"}}').code == ""


def test_an_import_with_a_key_id_is_created() -> None:
    """An import with a KeyId is created, and carries the request id."""
    assert replies.created(whole(answer(KeyId="skey-1"))) == Created("skey-1", "r-1")


@pytest.mark.parametrize("key_id", [None, "", 7, ["skey-1"], "skey 1", "skey-1\n", "s" * 65])
def test_an_import_without_a_usable_key_id_is_nonsense(key_id: Any) -> None:
    """An import without a usable KeyId is in doubt."""
    nonsense = Nonsense("neither an error nor a KeyId")
    assert replies.created(whole(answer(KeyId=key_id))) == nonsense
    assert replies.created(whole(answer())) == nonsense


def refusal(code: str, message: str = "", *, region_chosen: bool = True) -> Any:
    """Sort an answer with an error."""
    reply = whole(answer(Error={"Code": code, "Message": message}))
    return replies.failure(reply, "ImportKeyPair", Region("ap-guangzhou", region_chosen))


@pytest.mark.parametrize("code", ["RequestLimitExceeded", "RequestLimitExceeded.IPLimitExceeded"])
def test_a_throttle_carries_what_its_message_names(code: str) -> None:
    """A throttle carries count and limit if its message names them."""
    message = "equals to `37` in a second, which exceeds the frequency limit `10`"
    assert refusal(code, message) == Throttled(37, 10, 0.0)
    assert refusal(code) == Throttled(0, 0, 0.0)


@pytest.mark.parametrize(
    "code",
    ["InternalError", "InternalServerError", "FailedOperation", "ServiceUnavailable", "ResourceUnavailable"],
)
def test_an_error_of_cvm_s_own_tells_nothing(code: str) -> None:
    """After an error of CVM's own, the write may have been executed."""
    assert refusal(code) == Nonsense(code)


def test_a_duplicate_is_looked_at_more_closely() -> None:
    """A duplicate carries only its request id, since a look-up follows."""
    assert refusal("InvalidKeyPairName.Duplicate") == Duplicate("r-1")
    assert refusal("InvalidPublicKey.Duplicate") == Duplicate("r-1")


def test_the_quota_keeps_its_problem_until_the_account_was_looked_at() -> None:
    """The quota's problem is kept until a look-up, since the key pair may be there already."""
    full = refusal("InvalidKeyPair.LimitExceeded")
    assert isinstance(full, Full)
    assert isinstance(full.problem, problems.KeyPairQuota)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("InvalidProjectId.NotFound", problems.UnknownProject),
        ("LimitExceeded", problems.UpstreamError),
        ("AuthFailure.TokenFailure", problems.Misconfigured),
        ("UnsupportedRegion", problems.UpstreamRefused),
    ],
)
def test_any_other_error_is_a_refusal(code: str, kind: type[problems.Problem]) -> None:
    """Any other error means that the write was surely not executed."""
    refused = refusal(code)
    assert isinstance(refused, Refused)
    assert type(refused.problem) is kind
    assert (refused.problem.cvm_code, refused.problem.cvm_request_id) == (code, "r-1")


def test_a_region_of_our_own_is_ours_to_mend() -> None:
    """A wrong default region is `misconfigured`, since it is not the caller's fault."""
    assert isinstance(refusal("UnsupportedRegion", region_chosen=False).problem, problems.Misconfigured)
    message = "A value specified in `X-TC-Region` is not valid"
    assert isinstance(refusal("InvalidParameterValue", message).problem, problems.UpstreamRefused)
    ours = refusal("InvalidParameterValue", message, region_chosen=False)
    assert isinstance(ours.problem, problems.Misconfigured)


def test_a_denial_names_the_action_that_the_role_may_not_call() -> None:
    """The cause of a denial names the action that the role may not call."""
    assert "cvm:ImportKeyPair" in refusal("UnauthorizedOperation").problem.cause


def stored(**other: Any) -> dict[str, Any]:
    """Return a key pair as DescribeKeyPairs shows it."""
    return {
        "KeyId": "skey-1",
        "KeyName": "alice",
        "ProjectId": 7,
        "Description": "",
        "PublicKey": key(1).line + " skey-1",
        "AssociatedInstanceIds": [],
        "CreatedTime": "2024-01-04T08:00:00Z",
        "Tags": [{"Key": "team", "Value": "infra"}],
        **other,
    }


def page(*pairs: Any, total: Any = None) -> KeyPairPage | Nonsense:
    """Read a page with these key pairs."""
    count = len(pairs) if total is None else total
    return replies.key_pairs(whole(answer(TotalCount=count, KeyPairSet=list(pairs))))


def test_key_pairs_are_read_with_their_decoded_keys() -> None:
    """The comment that CVM writes behind them is no part of it."""
    pair = KeyPair("skey-1", "alice", 7, key(1).blob, {"team": "infra"}, "r-1", "2024-01-04T08:00:00Z")
    assert page(stored(), total=120) == KeyPairPage((pair,), 120, "r-1")


@pytest.mark.parametrize("absent", [{"ProjectId": None}, {"Tags": None}, {"Tags": []}])
def test_what_cvm_leaves_out_is_the_default(absent: dict[str, Any]) -> None:
    """A key pair without project and tags has project 0 and no tags."""
    read = page(stored(**absent))
    assert isinstance(read, KeyPairPage)
    assert (read.pairs[0].project_id, read.pairs[0].tags) == (
        (0, {"team": "infra"}) if "ProjectId" in absent else (7, {})
    )


@pytest.mark.parametrize("value", [{}, {"Value": None}, {"Value": ""}])
def test_a_tag_may_have_an_empty_value(value: dict[str, Any]) -> None:
    """A list is read also if a tag is empty, in every way that CVM writes it."""
    read = page(stored(Tags=[{"Key": "team", **value}, {"Key": "owner", "Value": "alice"}]))
    assert isinstance(read, KeyPairPage)
    assert read.pairs[0].tags == {"team": "", "owner": "alice"}


def test_a_key_pair_is_an_id_and_a_name_at_least() -> None:
    """A key pair needs only an id and a name."""
    assert page({"KeyId": "skey-1", "KeyName": "alice"}) == KeyPairPage(
        (KeyPair("skey-1", "alice", 0, None, {}, "r-1"),), 1, "r-1"
    )


@pytest.mark.parametrize("text", [None, "", 7, "ssh-rsa", "ssh-rsa !!!", "ssh-rsa AAAA", "ssh-dss AAAA"])
def test_a_stored_key_that_does_not_decode_is_kept_without_a_key(text: Any) -> None:
    """A key pair whose key does not decode still takes its name."""
    read = page(stored(PublicKey=text))
    assert isinstance(read, KeyPairPage)
    assert read.pairs[0].blob is None


def test_an_empty_account_has_no_key_pairs() -> None:
    """An empty account has no key pairs, with an empty list or without one."""
    assert page() == KeyPairPage((), 0, "r-1")
    assert replies.key_pairs(whole(answer(TotalCount=0, KeyPairSet=None))) == KeyPairPage((), 0, "r-1")


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"TotalCount": 0},
        {"KeyPairSet": []},
        {"TotalCount": None, "KeyPairSet": []},
        {"TotalCount": "1", "KeyPairSet": []},
        {"TotalCount": 1.0, "KeyPairSet": []},
        {"TotalCount": True, "KeyPairSet": []},
        {"TotalCount": -1, "KeyPairSet": []},
        {"TotalCount": 0, "KeyPairSet": [stored()]},
        {"TotalCount": 1, "KeyPairSet": ["skey-1"]},
        {"TotalCount": 1, "KeyPairSet": 7},
        {"TotalCount": 1, "KeyPairSet": [stored(KeyId=None)]},
        {"TotalCount": 1, "KeyPairSet": [stored(KeyId="a b")]},
        {"TotalCount": 1, "KeyPairSet": [stored(KeyName=7)]},
        {"TotalCount": 1, "KeyPairSet": [stored(ProjectId="7")]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=[{"Value": "a"}])]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=[{"Key": "a", "Value": 7}])]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=[{"Key": ["a"], "Value": "b"}])]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=[{"Key": "a", "Value": 0}])]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=[{"Key": 7, "Value": "b"}])]},
        {"TotalCount": 1, "KeyPairSet": [stored(Tags=["a"])]},
        {"TotalCount": 1, "KeyPairSet": [{"KeyId": "skey-1"}]},
    ],
    ids=itertools.count(),
)
def test_key_pairs_of_an_unknown_form_are_nonsense(content: dict[str, Any]) -> None:
    """Half a list would make a name look free that is taken."""
    nonsense = replies.key_pairs(whole(answer(**content)))
    assert isinstance(nonsense, Nonsense)
    assert nonsense.cause in {"key pairs of an unknown form", "key pairs without their number"}


@pytest.mark.parametrize("key_id", [None, ""])
def test_an_error_with_an_empty_key_id_is_an_error(key_id: Any) -> None:
    """There is no key pair in it, so nothing speaks against the error."""
    assert whole(answer(Error={"Code": "Some.Code"}, KeyId=key_id)).code == "Some.Code"
