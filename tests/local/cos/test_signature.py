"""A signature counts if it was made with the key, over this request, and is of now."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from local.cos import signature
from local.cos.errors import Refusal

# https://cloud.tencent.com/document/product/436/7778, as older copies print it in full.
SECRET_ID = "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q"
SECRET_KEY = "BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz"
PATH = "/exampleobject(%E8%85%BE%E8%AE%AF%E4%BA%91)"
HOST = "examplebucket-1250000000.cos.ap-beijing.myqcloud.com"
UPLOAD = {
    "date": "Thu, 16 May 2019 06:45:51 GMT",
    "host": HOST,
    "content-type": "text/plain",
    "content-length": "13",
    "content-md5": "mQ/fVh815F3k6TAUm8m0eg==",
    "x-cos-acl": "private",
    "x-cos-grant-read": 'uin="100000000011"',
}
DOWNLOAD = {"date": "Thu, 16 May 2019 06:55:53 GMT", "host": HOST}
QUERY = "response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600"


def authorization(times: str, headers: str, parameters: str, made: str) -> str:
    """Write the header of the document's examples."""
    return (
        f"q-sign-algorithm=sha1&q-ak={SECRET_ID}&q-sign-time={times}&q-key-time={times}"
        f"&q-header-list={headers}&q-url-param-list={parameters}&q-signature={made}"
    )


UPLOADED = authorization(
    "1557989151;1557996351",
    "content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read",
    "",
    "3b8851a11a569213c17ba8fa7dcf2abec6935172",
)
DOWNLOADED = authorization(
    "1557989753;1557996953",
    "date;host",
    "response-cache-control;response-content-type",
    "01681b8c9d798a678e43b685a9f1bba0f6c0e012",
)


def test_the_official_examples_hold() -> None:
    """Both vectors of the document verify, and no other method, path, query, header or key does."""
    claim = signature.read_claim(UPLOADED, 1557990000)
    assert claim.secret_id == SECRET_ID
    assert signature.holds(claim, SECRET_KEY, "PUT", PATH, "", UPLOAD)
    assert not signature.holds(claim, SECRET_KEY[::-1], "PUT", PATH, "", UPLOAD)
    assert not signature.holds(claim, SECRET_KEY, "GET", PATH, "", UPLOAD)
    assert not signature.holds(claim, SECRET_KEY, "PUT", PATH + "x", "", UPLOAD)
    assert not signature.holds(claim, SECRET_KEY, "PUT", PATH, "", {**UPLOAD, "host": "x"})

    claim = signature.read_claim(DOWNLOADED, 1557990000)
    assert signature.holds(claim, SECRET_KEY, "GET", PATH, QUERY, DOWNLOAD)
    assert not signature.holds(claim, SECRET_KEY, "GET", PATH, QUERY.replace("600", "601"), DOWNLOAD)


def test_parameters_have_to_be_signed() -> None:
    """Nobody adds a parameter to a request that somebody else has signed."""
    claim = signature.read_claim(UPLOADED, 1557990000)
    assert not signature.holds(claim, SECRET_KEY, "PUT", PATH, "acl", UPLOAD)


def test_header_values_are_bytes() -> None:
    """A value beyond ASCII is signed as the bytes that were sent."""
    claim = signature.Claim("", "1;2", "1;2", ("x-cos-meta-owner",), (), "")
    sent = {"x-cos-meta-owner": "张三".encode().decode("latin-1")}
    text = f"get\n/\n\nx-cos-meta-owner={quote('张三')}\n"
    made = _sign(text)
    assert signature.holds(claim._replace(signature=made), SECRET_KEY, "GET", "/", "", sent)


def _sign(text: str) -> str:
    import hashlib
    import hmac

    key = hmac.new(SECRET_KEY.encode(), b"1;2", hashlib.sha1).hexdigest()
    to_sign = f"sha1\n1;2\n{hashlib.sha1(text.encode()).hexdigest()}\n"
    return hmac.new(key.encode(), to_sign.encode(), hashlib.sha1).hexdigest()


@pytest.mark.parametrize(
    ("changed", "now", "code"),
    [
        (("sha1", "sha2"), 1557990000, "AccessDenied"),
        (("&q-header-list=", "&header-list="), 1557990000, "AccessDenied"),
        ((UPLOADED, ""), 1557990000, "AccessDenied"),
        (("1557989151;1557996351", "1557989151"), 1557990000, "InvalidArgument"),
        (("1557989151;1557996351", "2;1"), 1557990000, "InvalidArgument"),
        (("", ""), 1557996352, "AccessDenied"),
        (("", ""), 1557988250, "RequestTimeTooSkewed"),
    ],
)
def test_what_is_wrong_without_a_key(changed: tuple[str, str], now: float, code: str) -> None:
    """Form and time are judged first."""
    with pytest.raises(Refusal) as refused:
        signature.read_claim(UPLOADED.replace(*changed) if changed[0] else UPLOADED, now)
    assert refused.value.code == code
