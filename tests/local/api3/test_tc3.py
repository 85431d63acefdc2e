"""Signatures verify exactly if they were made with the key, over the request, now."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from local.api3 import tc3
from local.api3.messages import ApiError
from local.cvm import Credential, Options, StandIn, serve
from tests.doubles.clocks import Clock
from tests.local.cvm.client import Signed, code, send, sign

NOW = 1551113065.0
BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'


class Vector(NamedTuple):
    """A signature that the documentation publishes, with the key it was made with."""

    secret_key: str
    signed: str
    signature: str


# https://cloud.tencent.com/document/api/213/30654 as it stands, before that, and before that.
VECTORS = {
    "current": Vector(
        "*" * 32,
        "content-type;host;x-tc-action",
        "10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f",
    ),
    "previous": Vector(
        "Gu5t9xGARNpq86cd98joQYCN3*******",
        "content-type;host;x-tc-action",
        "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3",
    ),
    "oldest": Vector(
        "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE",
        "content-type;host",
        "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168",
    ),
}
SECRET_ID = "AKID" + "*" * 32


def headers(vector: Vector) -> dict[str, str]:
    """Give the headers of the documents' example."""
    return {
        "host": "cvm.tencentcloudapi.com",
        "content-type": "application/json; charset=utf-8",
        "x-tc-action": "DescribeInstances",
        "x-tc-version": "2017-03-12",
        "x-tc-region": "ap-guangzhou",
        "x-tc-timestamp": "1551113065",
        "authorization": f"TC3-HMAC-SHA256 Credential={SECRET_ID}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders={vector.signed}, Signature={vector.signature}",
    }


def verifies(vector: Vector, sent: dict[str, str], body: bytes = BODY, now: float = NOW) -> bool:
    """Tell whether a request passes as signed with the vector's key by the vector's id."""
    try:
        claim = tc3.read_claim(sent, "cvm", now)
    except ApiError:
        return False
    return claim.secret_id == SECRET_ID and tc3.holds(claim, vector.secret_key, "POST", "", sent, body)


def flipped(text: str) -> Iterator[str]:
    """Give every text that differs in one of the lower seven bits of one character."""
    for at, character in enumerate(text):
        for bit in range(7):
            yield text[:at] + chr(ord(character) ^ (1 << bit)) + text[at + 1 :]


@pytest.mark.parametrize("vector", VECTORS.values(), ids=VECTORS)
class TestVectors:
    """The published examples."""

    def test_verifies(self, vector: Vector) -> None:
        """Each published signature is right."""
        assert verifies(vector, headers(vector))

    @pytest.mark.parametrize("name", ["authorization", "host", "content-type", "x-tc-timestamp"])
    def test_refuses_a_flipped_bit_in_a_header(self, vector: Vector, name: str) -> None:
        """No bit of what is signed, of the signature or of the claim can be another."""
        sent = headers(vector)

        assert not any(verifies(vector, {**sent, name: text}) for text in flipped(sent[name]))

    def test_refuses_a_flipped_bit_in_the_body(self, vector: Vector) -> None:
        """No bit of the body can be another."""
        for at in range(len(BODY)):
            for bit in range(8):
                body = bytearray(BODY)
                body[at] ^= 1 << bit

                assert not verifies(vector, headers(vector), bytes(body))

    def test_refuses_a_flipped_bit_in_the_key(self, vector: Vector) -> None:
        """Another key makes another signature."""
        sent = headers(vector)
        claim = tc3.read_claim(sent, "cvm", NOW)

        assert not any(tc3.holds(claim, key, "POST", "", sent, BODY) for key in flipped(vector.secret_key))

    @pytest.mark.parametrize(("shift", "good"), [(-301, False), (-300, True), (300, True), (301, False)])
    def test_knows_five_minutes_of_skew(self, vector: Vector, shift: int, good: bool) -> None:
        """The server's clock may be five minutes off either way, not a second more."""
        assert verifies(vector, headers(vector), now=NOW + shift) is good

    def test_refuses_another_method(self, vector: Vector) -> None:
        """What was signed as POST is not good as GET."""
        sent = headers(vector)

        assert not tc3.holds(tc3.read_claim(sent, "cvm", NOW), vector.secret_key, "GET", "", sent, BODY)

    def test_verifies_over_http(self, vector: Vector, clock: Clock) -> None:
        """The server lets the published request through to its action, which it does not know."""
        with serve(Options(credentials=(Credential(SECRET_ID, vector.secret_key),)), clock) as cvm:
            assert code(send(cvm, Signed("POST", "/", headers(vector), BODY))) == "InvalidAction"

            other_host = {**headers(vector), "host": "cvm.tencentcloudapi.org"}
            assert code(send(cvm, Signed("POST", "/", other_host, BODY))) == "AuthFailure.SignatureFailure"

            clock.now += 301
            answer = send(cvm, Signed("POST", "/", headers(vector), BODY))
            assert code(answer) == "AuthFailure.SignatureExpire"


class TestClaims:
    """What is wrong with a claim before any key is looked at."""

    def test_other_date(self, cvm: StandIn) -> None:
        """The scope's date has to be the timestamp's, in UTC."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host)
        stamp = str(int(request.headers["x-tc-timestamp"]) - 290)
        sent = {**request.headers, "x-tc-timestamp": stamp}
        date = request.headers["authorization"].split("/")[1]
        sent["authorization"] = sent["authorization"].replace(date, "2019-02-25")

        assert code(send(cvm, request._replace(headers=sent))) == "AuthFailure.InvalidAuthorization"

    def test_other_service(self, cvm: StandIn) -> None:
        """A signature for another service is not good here."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host, service="cbs")
        answer = send(cvm, request)

        assert code(answer) == "AuthFailure.InvalidAuthorization"
        assert answer["Error"]["Message"] == (
            "The request `Authorization` header does not conform to tencentcloud standards:"
            " `Service` in Credential not valid."
        )

    @pytest.mark.parametrize("signed", [("host",), ("content-type",)])
    def test_unsigned_header(self, cvm: StandIn, signed: tuple[str, ...]) -> None:
        """Both Content-Type and Host have to be signed."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host, signed=signed)

        assert code(send(cvm, request)) == "AuthFailure.InvalidAuthorization"

    @pytest.mark.parametrize(
        ("name", "value", "expected"),
        [
            ("authorization", None, "AuthFailure.InvalidAuthorization"),
            ("authorization", "Basic YTpi", "AuthFailure.InvalidAuthorization"),
            ("x-tc-timestamp", None, "MissingParameter"),
            ("x-tc-timestamp", "now", "InvalidParameter"),
            ("x-tc-timestamp", "9" * 30, "InvalidParameter"),
            ("x-tc-timestamp", "0", "AuthFailure.SignatureExpire"),
        ],
    )
    def test_wrong_headers(self, cvm: StandIn, name: str, value: str | None, expected: str) -> None:
        """A header that is missing or no use gives its own code."""
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host)
        sent = {**request.headers, name: value}
        kept = {name: value for name, value in sent.items() if value is not None}

        assert code(send(cvm, request._replace(headers=kept))) == expected


class TestForms:
    """What clients may sign otherwise."""

    def test_unsigned_payload(self, cvm: StandIn) -> None:
        """With UNSIGNED-PAYLOAD the body is not part of the signature."""
        request = sign(
            cvm.credentials,
            "DescribeKeyPairs",
            {"Limit": 1},
            host=cvm.host,
            headers={"x-tc-content-sha256": "UNSIGNED-PAYLOAD"},
        )

        assert code(send(cvm, request)) == "ok"
        assert code(send(cvm, request._replace(body=b'{"Limit": 2}'))) == "ok"

    def test_query_of_a_get(self, cvm: StandIn) -> None:
        """A GET's query is signed as it was sent, and verified so."""
        query = "Filters.0.Name=tag%3Aa+b&Filters.0.Values.0=%7E"
        request = sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host, method="GET", query=query)

        assert code(send(cvm, request)) == "ok"
        other = request._replace(target="/?" + query.replace("+", "%20"))
        assert code(send(cvm, other)) == "AuthFailure.SignatureFailure"

    def test_host_with_a_scheme(self, cvm: StandIn) -> None:
        """The Host header counts as received, as tccli sends it."""
        assert code(send(cvm, sign(cvm.credentials, "DescribeKeyPairs", host=cvm.url))) == "ok"

    def test_more_signed_headers(self, cvm: StandIn) -> None:
        """Any further header may be signed; the action then counts in lower case."""
        signed = ("content-type", "host", "x-tc-action", "x-tc-region")

        assert (
            code(send(cvm, sign(cvm.credentials, "DescribeKeyPairs", host=cvm.host, signed=signed))) == "ok"
        )
