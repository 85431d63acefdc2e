"""COS's signature, by the examples of its own page."""

from __future__ import annotations

import pytest

from handler.upstream import cos
from handler.upstream.tc3 import Credentials

KEYS = Credentials("AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q", "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz", "")
HOST = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"
PATH = "/exampleobject(腾讯云)"


def test_official_example_of_an_upload() -> None:
    """https://cloud.tencent.com/document/product/436/7778, first example."""
    headers = {
        "Date": "Thu, 16 May 2019 06:45:51 GMT",
        "Host": HOST,
        "Content-Type": "text/plain",
        "Content-Length": "13",
        "Content-MD5": "mQ/fVh815F3k6TAUm8m0eg==",
        "x-cos-acl": "private",
        "x-cos-grant-read": 'uin="100000000011"',
    }

    assert cos.authorization("PUT", PATH, {}, headers, KEYS, (1557989151, 1557996351)) == (
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
        "&q-sign-time=1557989151;1557996351&q-key-time=1557989151;1557996351"
        "&q-header-list=content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read"
        "&q-url-param-list=&q-signature=3b8851a11a569213c17ba8fa7dcf2abec6935172"
    )


def test_official_example_of_a_download() -> None:
    """https://cloud.tencent.com/document/product/436/7778, second example: parameters are signed, too."""
    headers = {"Date": "Thu, 16 May 2019 06:55:53 GMT", "Host": HOST}
    parameters = {
        "response-content-type": "application/octet-stream",
        "response-cache-control": "max-age=600",
    }

    assert cos.authorization("GET", PATH, parameters, headers, KEYS, (1557989753, 1557996953)) == (
        "q-sign-algorithm=sha1&q-ak=AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
        "&q-sign-time=1557989753;1557996953&q-key-time=1557989753;1557996953&q-header-list=date;host"
        "&q-url-param-list=response-cache-control;response-content-type"
        "&q-signature=01681b8c9d798a678e43b685a9f1bba0f6c0e012"
    )


def test_request_is_ready_to_be_sent() -> None:
    """Host, range and the token of a role are sent and signed; the key is encoded, its slashes are not."""
    role = KEYS._replace(token="token")

    request = cos.signed("GET", HOST, "/in/a b+é.pub", {"Range": "bytes=0-16384"}, b"", role, 1_790_000_000.9)

    assert request.method == "GET"
    assert request.target == "/in/a%20b%2B%C3%A9.pub"
    proof = request.headers["Authorization"]
    assert "&q-sign-time=1789999940;1790000600&" in proof
    assert "&q-header-list=host;range;x-cos-security-token&" in proof
    signed = {name: value for name, value in request.headers.items() if name != "Authorization"}
    assert signed == {"Host": HOST, "Range": "bytes=0-16384", "x-cos-security-token": "token"}


def test_lasting_credentials_bring_no_token() -> None:
    """An empty header would be refused."""
    request = cos.signed("PUT", HOST, "/out/a.json", {}, b"{}", KEYS, 1_790_000_000)

    assert "x-cos-security-token" not in request.headers
    assert request.body == b"{}"


@pytest.mark.parametrize(
    ("text", "expected"), [("a-_.~Z9", "a-_.~Z9"), ("/ +%", "%2F%20%2B%25"), ("é", "%C3%A9")]
)
def test_encoding(text: str, expected: str) -> None:
    """Blanks are %20, never plus signs, and slashes of values are encoded."""
    assert cos.encoded(text) == expected
