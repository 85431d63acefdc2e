"""The gateway's own part: order of checks, regions, languages, ids, what is remembered of a call."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from local.api3.regions import REGIONS
from local.cvm import Options, StandIn, serve
from tests.local.cvm.client import Signed, call, code, exchange, importing, run, send, sign


def test_the_documented_example(cvm: StandIn) -> None:
    """The documentation's request, with a real key in it and sent as it stands, is answered as documented."""
    key = importing("x")["PublicKey"]
    example = {"ProjectId": "0", "KeyName": "operation_key", "PublicKey": key + " skey_45071"}
    reply = exchange(cvm, sign(cvm.credentials, "ImportKeyPair", example, host=cvm.host))
    answer = json.loads(reply.body)

    assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
    assert set(answer) == {"Response"}
    assert set(answer["Response"]) == {"KeyId", "RequestId"}


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_other_methods(cvm: StandIn, method: str) -> None:
    """The API knows GET and POST."""
    request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host, method=method)

    assert code(send(cvm, request)) == "UnsupportedProtocol"


def test_long_queries(cvm: StandIn) -> None:
    """A GET has 32 KB at most."""
    answer = call(cvm, "DescribeKeyPairs", method="GET", query="A=" + "x" * 32_768)

    assert code(answer) == "RequestSizeLimitExceeded"


# Each row breaks one thing more than the row below it; the topmost thing answers.
ORDER: list[tuple[str, dict[str, Any]]] = [
    ("AuthFailure.InvalidAuthorization", {"service": "cbs"}),
    ("AuthFailure.SecretIdNotFound", {"id": "AKIDnobody"}),
    ("AuthFailure.SignatureFailure", {"key": "wrong"}),
    ("AuthFailure.TokenFailure", {"token": "wrong"}),
    ("NoSuchVersion", {"version": "2017-03-13"}),
    ("InvalidAction", {"action": "RunInstances"}),
    ("InvalidParameterValue", {"region": "ap-atlantis"}),
    ("InvalidParameter", {"ProjectId": []}),
    ("UnknownParameter", {"DryRun": True}),
    ("MissingParameter", {"PublicKey": None}),
    ("InvalidParameterValue", {"KeyName": "a" * 26}),
]


@pytest.mark.parametrize("row", range(len(ORDER)))
def test_order_of_checks(cvm: StandIn, row: int) -> None:
    """Of all that is wrong, the first in the order answers."""
    wrong: dict[str, Any] = {}
    for _, breaks in ORDER[row:]:
        wrong.update(breaks)
    credential = cvm.credentials._replace(
        secret_id=wrong.pop("id", cvm.credentials.secret_id),
        secret_key=wrong.pop("key", cvm.credentials.secret_key),
        token=wrong.pop("token", cvm.credentials.token),
    )
    headers = {
        "x-tc-version": wrong.pop("version", "2017-03-12"),
        "x-tc-region": wrong.pop("region", "ap-guangzhou"),
    }
    action, service = wrong.pop("action", "ImportKeyPair"), wrong.pop("service", "cvm")
    parameters = importing("a", **wrong)
    answer = call(cvm, action, parameters, credential=credential, headers=headers, service=service)

    assert code(answer) == ORDER[row][0]


@pytest.mark.parametrize(
    ("header", "value", "expected", "message"),
    [
        ("x-tc-action", "", "MissingParameter", "The request is missing a required parameter `Action`."),
        ("x-tc-version", "", "MissingParameter", "The request is missing a required parameter `Version`."),
        (
            "x-tc-version",
            "2016-01-01",
            "NoSuchVersion",
            "The specified api version=`2016-01-01` does not exist in service=`cvm`.",
        ),
        (
            "x-tc-action",
            "Nothing",
            "InvalidAction",
            "The request action=`Nothing` is invalid or not found in service=`cvm` and version=`2017-03-12`.",
        ),
        (
            "x-tc-region",
            "",
            "InvalidParameterValue",
            "A value specified in `X-TC-Region` is not valid, is unsupported, or cannot be used.",
        ),
    ],
)
def test_common_parameters(cvm: StandIn, header: str, value: str, expected: str, message: str) -> None:
    """The common parameters are refused in the words that were seen."""
    answer = call(cvm, "DescribeKeyPairs", headers={header: value})

    assert answer["Error"] == {"Code": expected, "Message": message}


class TestRegions:
    """X-TC-Region."""

    def without(self, cvm: StandIn) -> Signed:
        """Give a request that names no region."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host)
        return request._replace(headers={k: v for k, v in request.headers.items() if k != "x-tc-region"})

    def test_is_required(self, cvm: StandIn) -> None:
        """Without a region the request is refused."""
        answer = send(cvm, self.without(cvm))

        assert answer["Error"]["Message"] == "The request is missing a required parameter `Region`."

    def test_any_region(self) -> None:
        """By a switch, any region will do, and none."""
        with serve(Options(any_region=True)) as cvm:
            assert code(send(cvm, self.without(cvm))) == "ok"
            assert code(call(cvm, "DescribeKeyPairs", headers={"x-tc-region": "ap-atlantis"})) == "ok"

    def test_real_regions(self, cvm: StandIn) -> None:
        """Every region of Tencent Cloud is known."""
        for region in REGIONS:
            assert code(call(cvm, "DescribeKeyPairs", headers={"x-tc-region": region})) == "ok"


@pytest.mark.parametrize(
    ("language", "chinese"), [("en-US", False), ("zh-CN", True), (None, True), ("fr-FR", True)]
)
def test_language(cvm: StandIn, language: str | None, chinese: bool) -> None:
    """Messages are Chinese unless English is asked for."""
    credential = cvm.credentials._replace(secret_id="AKIDnobody")
    request = sign(credential, "DescribeKeyPairs", host=cvm.host)
    headers = {**request.headers, "x-tc-language": language}
    kept = {name: value for name, value in headers.items() if value is not None}
    answer = send(cvm, request._replace(headers=kept))

    assert answer["Error"]["Message"] == (
        "SecretId不存在，请输入正确的密钥。"
        if chinese
        else "The SecretId is not found, please ensure that your SecretId is correct."
    )


def test_request_ids(cvm: StandIn) -> None:
    """Every answer has an id of its own, a random UUID, refusals too."""
    answers = [run(cvm, "a"), run(cvm, "a"), call(cvm, "Nothing")]
    answers.append(send(cvm, Signed("POST", "/", {"host": cvm.host}, b"")))
    ids = [answer["RequestId"] for answer in answers]

    assert len(set(ids)) == 4
    assert all(uuid.UUID(text).version == 4 and str(uuid.UUID(text)) == text for text in ids)


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 50_000], ids=["half", "list", "bytes", "deep"])
def test_bodies_that_are_no_objects(cvm: StandIn, body: bytes) -> None:
    """A body that says nothing is refused in the API's form."""
    assert code(call(cvm, "ImportKeyPair", body)) == "InvalidParameter"


def test_lone_surrogates(cvm: StandIn) -> None:
    """Text that is no text comes back in a message without harm."""
    answer = run(cvm, "\ud800")

    assert answer["Error"]["Message"].endswith("illegal character `\ud800`.")


class TestCalls:
    """What a test can see afterwards."""

    def test_remembers(self, cvm: StandIn) -> None:
        """Each call tells what was sent, what was answered and whether it was executed."""
        key = importing("x")["PublicKey"]
        answer = run(cvm, "a", key + " comment")
        run(cvm, "a", key)
        first, second = cvm.calls

        assert (first.action, first.key_name, first.code, first.executed) == (
            "ImportKeyPair",
            "a",
            "ok",
            True,
        )
        assert (second.code, second.executed) == ("InvalidKeyPairName.Duplicate", False)
        assert first.parameters["PublicKey"] == key + " comment"
        assert first.request_id == answer["RequestId"]
        assert first.secret_id == cvm.credentials.secret_id
        assert first.headers == {
            "host": cvm.host,
            "content-type": "application/json",
            "x-tc-region": "ap-guangzhou",
            "x-tc-language": "en-US",
        }
        assert second.connection == first.connection + 1
        assert first.time <= second.time

    def test_holds_no_secret(self, cvm: StandIn) -> None:
        """Neither keys nor tokens nor signatures are remembered."""
        run(cvm, "a")
        seen = repr(cvm.calls)

        assert cvm.credentials.secret_key not in seen
        assert cvm.credentials.token not in seen
        assert "Signature" not in seen

    def test_forgets_the_oldest(self) -> None:
        """Only the last calls are kept."""
        with serve(Options(keep_calls=2, rate=0)) as cvm:
            for name in "abc":
                run(cvm, name)

            assert [item.key_name for item in cvm.calls] == ["b", "c"]

    def test_clear(self, cvm: StandIn) -> None:
        """A cleared stand-in is as new."""
        run(cvm, "a")
        cvm.fault("*", "throttle")
        cvm.clear()

        assert (cvm.calls, cvm.waiting_faults, cvm.account.key_pairs) == ([], [], {})
        assert code(run(cvm, "a")) == "ok"


def test_other_paths(cvm: StandIn) -> None:
    """The API is at the root, as signatures say; elsewhere is nothing."""
    request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host)

    assert exchange(cvm, request._replace(target="/v2/index.php")).status == 404


def test_ends_with_the_block() -> None:
    """After the block nobody listens any more, and a second stand-in is another account."""
    with serve() as cvm:
        run(cvm, "a")
        with serve() as other:
            assert other.port != cvm.port
            assert not other.account.key_pairs
    with pytest.raises(ConnectionRefusedError):
        run(cvm, "b")
