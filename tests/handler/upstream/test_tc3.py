"""Our signed requests are those that the SDK's own client would send."""

from __future__ import annotations

import random
import re
import time
from typing import Any

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from handler.upstream import tc3
from handler.upstream.tc3 import ApiCall, Credentials

UUID4 = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

APIS = (
    ("cvm", "ImportKeyPair", "2017-03-12"),
    ("cvm", "DescribeKeyPairs", "2017-03-12"),
    ("sts", "AssumeRole", "2018-08-13"),
)
HOSTS = (
    "{}.tencentcloudapi.com",
    "{}.ap-guangzhou.tencentcloudapi.com",
    "{}.internal.tencentcloudapi.com",
    "127.0.0.1:8123",
)
REGIONS = ("", "ap-guangzhou", "ap-shanghai-fsi", "na-siliconvalley", "eu-frankfurt")
TEXTS = ("infra", "研发部", "值-ä-😀", '"\\/\n\t\x7f', "", "a" * 300)


class _Recorder:
    """Takes what the SDK's client would send."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    def send_request(self, request: Any) -> Any:
        """Keep the request, and end the call."""
        self.requests.append(request)
        raise ConnectionError


def by_the_sdk(call: ApiCall, parameters: dict[str, Any], credentials: Credentials) -> Any:
    """Return the request that the SDK's public client makes of the same."""
    profile = ClientProfile(httpProfile=HttpProfile(endpoint=call.host), language="en-US")
    client = CommonClient(call.service, call.version, Credential(*credentials), call.region, profile)
    client.request = _Recorder()
    with pytest.raises(ConnectionError):
        client.call(call.action, parameters)
    return client.request.requests[0]


def parameters(chance: random.Random) -> dict[str, Any]:
    """Return parameters of the kinds that are sent: texts, numbers, lists of objects."""
    tags = [{"Key": chance.choice(TEXTS), "Value": chance.choice(TEXTS)} for _ in range(chance.randrange(4))]
    made: dict[str, Any] = {
        "KeyName": chance.choice(TEXTS),
        "ProjectId": chance.randrange(1 << 62),
        "PublicKey": "ssh-rsa " + "A" * chance.randrange(400),
        "TagSpecification": [{"ResourceType": "keypair", "Tags": tags}],
        "Limit": 100,
    }
    return {name: made[name] for name in chance.sample(sorted(made), chance.randrange(len(made) + 1))}


@pytest.mark.slow
@pytest.mark.filterwarnings(r"ignore:datetime\.datetime\.utcfromtimestamp:DeprecationWarning")
def test_thousands_of_requests_are_those_of_the_sdk_s_client(monkeypatch: pytest.MonkeyPatch) -> None:
    """Byte for byte, but for the random id of the trace."""
    chance = random.Random(16)
    for number in range(3000):
        service, action, version = chance.choice(APIS)
        call = ApiCall(service, chance.choice(HOSTS).format(service), action, version, chance.choice(REGIONS))
        secrets = ["".join(chance.choices("Ab1_-%/+=", k=chance.randrange(1, 60))) for _ in range(3)]
        credentials = Credentials(secrets[0], secrets[1], secrets[2] if number % 3 else "")
        wanted = parameters(chance)
        now = chance.uniform(1e9, 4e9)
        monkeypatch.setattr(time, "time", lambda now=now: now)
        theirs = by_the_sdk(call, wanted, credentials)

        ours = tc3.signed(call, wanted, credentials, now)

        assert (ours.method, ours.target) == (theirs.method, theirs.uri)
        assert ours.body == theirs.data.encode()
        headers, expected = dict(ours.headers), dict(theirs.header)
        for each in (headers, expected):
            assert UUID4.fullmatch(each.pop("X-TC-TraceId"))
        assert headers == expected
        assert {"Authorization", "Content-Type", "Host"} <= set(headers)


def test_the_documented_example_has_the_documented_signature() -> None:
    """https://www.tencentcloud.com/document/product/213/33224, in the form that signs two headers."""
    credentials = Credentials("AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE", "")
    body = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    assert tc3.authorization(
        "cvm", "cvm.tencentcloudapi.com", "application/json; charset=utf-8", body, credentials, 1551113065
    ) == (
        "TC3-HMAC-SHA256 Credential=AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE/2019-02-25/cvm/tc3_request,"
        " SignedHeaders=content-type;host,"
        " Signature=72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
    )


def test_every_request_has_a_trace_id_of_its_own() -> None:
    """Two calls of one invocation can be told apart."""
    call = ApiCall("cvm", "cvm.tencentcloudapi.com", "DescribeKeyPairs", "2017-03-12", "")
    made = {tc3.signed(call, {}, Credentials("a", "b", "c"), 0).headers["X-TC-TraceId"] for _ in range(100)}
    assert len(made) == 100


def test_credentials_are_never_printed() -> None:
    """Neither in a log nor in a traceback."""
    assert repr(Credentials("AKIDx", "secret", "token")) == "Credentials(...)"
