"""The real SDK imports, lists, renames and deletes key pairs against the stand-in, in each of its ways."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.cvm.v20170312 import cvm_client, models

from local.cvm import StandIn
from local.cvm.public_key import made_up

# The SDK signs with datetime.utcfromtimestamp, which Python 3.12 and later warn of.
pytestmark = pytest.mark.filterwarnings("ignore:.*utcfromtimestamp:DeprecationWarning")


def profile(cvm: StandIn, method: str = "POST", endpoint: str = "", language: str = "en-US") -> ClientProfile:
    """Point the SDK at the stand-in."""
    http = HttpProfile(protocol="http", endpoint=endpoint or cvm.host, reqMethod=method, reqTimeout=5)
    return ClientProfile(httpProfile=http, language=language)


def typed(cvm: StandIn, chosen: ClientProfile | None = None) -> Any:
    """Make the client with a class for every request."""
    return cvm_client.CvmClient(Credential(*cvm.credentials), "ap-guangzhou", chosen or profile(cvm))


def filled(request: Any, **members: Any) -> Any:
    """Fill a request object of the SDK."""
    for name, value in members.items():
        setattr(request, name, value)
    return request


def importing(key_name: str, public_key: str = "") -> Any:
    """Make an ImportKeyPairRequest."""
    return filled(
        models.ImportKeyPairRequest(), KeyName=key_name, ProjectId=0, PublicKey=public_key or made_up()
    )


@pytest.mark.parametrize("method", ["POST", "GET"])
@pytest.mark.parametrize("unsigned", [False, True])
@pytest.mark.parametrize("scheme", ["", "http://"])
def test_typed_client(cvm: StandIn, method: str, unsigned: bool, scheme: str) -> None:
    """The typed client does the whole round, by POST and GET, with and without a signed payload."""
    chosen = profile(cvm, method, scheme + cvm.host)
    chosen.unsignedPayload = unsigned
    client = typed(cvm, chosen)
    key = made_up()
    tag = filled(models.Tag(), Key="owner", Value="Ada L. ~+")
    request = importing("a", key + " ada@example")
    request.TagSpecification = [
        filled(models.TagSpecification(), ResourceType="keypair", Tags=[tag]),
    ]

    key_id = client.ImportKeyPair(request).KeyId
    assert re.fullmatch(r"skey-[a-z0-9]{8}", key_id)
    by_name = filled(models.Filter(), Name="key-name", Values=["a", "b"])
    found = client.DescribeKeyPairs(filled(models.DescribeKeyPairsRequest(), Filters=[by_name], Limit=100))
    assert (found.TotalCount, len(found.KeyPairSet)) == (1, 1)
    pair = found.KeyPairSet[0]
    assert (pair.KeyId, pair.KeyName, pair.ProjectId) == (key_id, "a", 0)
    assert pair.PublicKey == f"{key} {key_id}"
    assert [(tag.Key, tag.Value) for tag in pair.Tags] == [("owner", "Ada L. ~+")]

    client.ModifyKeyPairAttribute(
        filled(models.ModifyKeyPairAttributeRequest(), KeyId=key_id, KeyName="b", Description="x")
    )
    assert list(cvm.account.key_pairs) == ["b"]
    client.DeleteKeyPairs(filled(models.DeleteKeyPairsRequest(), KeyIds=[key_id]))
    assert not cvm.account.key_pairs


def test_errors(cvm: StandIn) -> None:
    """The SDK shows code, message and request id as the real service gives them."""
    client = typed(cvm)
    key = made_up()
    client.ImportKeyPair(importing("a", key))
    expected = {
        ("a", ""): "InvalidKeyPairName.Duplicate",
        ("b", key): "InvalidPublicKey.Duplicate",
        ("b-b", ""): "InvalidParameterValue",
        ("b", "nonsense"): "InvalidPublicKey.Malformed",
    }
    for sent, code in expected.items():
        with pytest.raises(TencentCloudSDKException) as caught:
            client.ImportKeyPair(importing(*sent))
        assert caught.value.code == code
        assert caught.value.requestId == cvm.calls[-1].request_id


def test_chinese(cvm: StandIn) -> None:
    """The SDK's own default is Chinese."""
    with pytest.raises(TencentCloudSDKException) as caught:
        typed(cvm, profile(cvm, language="zh-CN")).ImportKeyPair(importing("a" * 26))

    assert "过长" in caught.value.message


def test_common_client(cvm: StandIn) -> None:
    """The client that takes any action does the same."""
    client = CommonClient(
        "cvm", "2017-03-12", Credential(*cvm.credentials), "ap-guangzhou", profile=profile(cvm)
    )
    sent = {"KeyName": "a", "ProjectId": 0, "PublicKey": made_up()}

    key_id = client.call_json("ImportKeyPair", sent)["Response"]["KeyId"]
    listed = client.call_json("DescribeKeyPairs", {"KeyIds": [key_id]})["Response"]
    assert (listed["TotalCount"], listed["KeyPairSet"][0]["KeyName"]) == (1, "a")
    with pytest.raises(TencentCloudSDKException) as caught:
        client.call_json("ImportKeyPair", sent)
    assert caught.value.code == "InvalidKeyPairName.Duplicate"
    client.call_json("DeleteKeyPairs", {"KeyIds": [key_id]})
    assert not cvm.account.key_pairs


def test_unexpected_token(cvm: StandIn) -> None:
    """Without its token, a temporary credential is refused."""
    credential = Credential(*cvm.credentials[:2])
    client = cvm_client.CvmClient(credential, "ap-guangzhou", profile(cvm))
    with pytest.raises(TencentCloudSDKException) as caught:
        client.DescribeKeyPairs(models.DescribeKeyPairsRequest())

    assert caught.value.code == "AuthFailure.TokenFailure"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("drop-after", "ClientNetworkError"),
        ("reset-after", "ClientNetworkError"),
        ("http-error-after", "ServerNetworkError"),
        ("html-after", "JSONDecodeError"),
        ("truncated", "ChunkedEncodingError"),
        ("error-before+no-request-id", "KeyError"),
        ("internal-error-after", "InternalError"),
    ],
)
def test_faults(cvm: StandIn, kind: str, code: str) -> None:
    """The SDK makes of each fault what it makes of the real thing."""
    cvm.fault("ImportKeyPair", kind)
    with pytest.raises(TencentCloudSDKException) as caught:
        typed(cvm).ImportKeyPair(importing("a"))

    assert caught.value.code == code


def test_an_error_with_an_extended_content_type_looks_like_success(cvm: StandIn) -> None:
    """The SDK looks for errors in `application/json` alone, which is why the stand-in sends just that."""
    cvm.fault("ImportKeyPair", "error-before+content-type")

    assert typed(cvm).ImportKeyPair(importing("a")).KeyId is None
