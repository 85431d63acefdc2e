"""What the SDK's own retryer makes of a lost reply, a throttle and a burst, and what this function does.

The SDK's StandardRetryer never clears the first error, so it sends on after it has succeeded, and
then raises: https://github.com/TencentCloud/tencentcloud-sdk-python/blob/master/tencentcloud/common/retry.py.
Should one of these tests fail with a newer SDK, its retryer was mended; docs/decisions/ says what else
speaks against it.
"""

from __future__ import annotations

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.common.retry import StandardRetryer

from local.cvm import StandIn
from tests.faults.scene import environ, order, see, stand_in
from tests.keys.many import key


def by_the_sdk(running: StandIn) -> str:
    """Import with the SDK's client and its retryer, and return what its caller is told."""
    profile = ClientProfile(
        httpProfile=HttpProfile(protocol="http", endpoint=running.host),
        retryer=StandardRetryer(backoff_fn=lambda _attempt: 0),
    )
    client = CommonClient("cvm", "2017-03-12", Credential(*running.credentials), "ap-guangzhou", profile)
    wanted = {"KeyName": "alice", "ProjectId": 0, "PublicKey": key(1).line}
    try:
        client.call_json("ImportKeyPair", wanted)
    except TencentCloudSDKException as error:
        return str(error.code)
    finally:
        # The SDK never closes its connections, and an open one at the end of a test is a warning.
        client.request.conn._session.close()
    return "created"


def writes(running: StandIn) -> int:
    """Return how many imports were sent."""
    return [call.action for call in running.calls].count("ImportKeyPair")


LOST = ["drop-after", "reset-after", "http-error-after"]


@pytest.mark.parametrize("kind", LOST)
def test_while_replies_are_lost_the_sdk_sends_three_writes_and_reports_a_failure(kind: str) -> None:
    """This function sends one, looks, and finds the key pair."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind, times=3)
        assert by_the_sdk(running) in {"ClientNetworkError", "ServerNetworkError"}
        assert "alice" in running.account.key_pairs, "stored, and called a failure"
        assert writes(running) == 3
    with stand_in() as running:
        running.fault("ImportKeyPair", kind, times=3)
        seen = see(running.host, order("alice", 1), environ(running.credentials))
        assert (seen.answer, writes(running), seen.calls) == ("unchanged", 1, 2)


@pytest.mark.parametrize("kind", LOST)
def test_a_single_lost_reply_makes_the_sdk_report_its_own_duplicate(kind: str) -> None:
    """For its caller, the name seems to belong to somebody else."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind)
        assert by_the_sdk(running) == "InvalidKeyPairName.Duplicate"
        assert "alice" in running.account.key_pairs, "stored, and called a failure"


@pytest.mark.parametrize("kind", ["throttle", "drop-before", "http-error-before"])
def test_the_sdk_sends_on_after_it_has_succeeded(kind: str) -> None:
    """Its second write creates the key pair; its third one gets Duplicate, and its caller sees that."""
    with stand_in() as running:
        running.fault("ImportKeyPair", kind)
        assert by_the_sdk(running) == "InvalidKeyPairName.Duplicate"
        assert [call.executed for call in running.calls] == [False, True, False]
    with stand_in() as running:
        running.fault("ImportKeyPair", kind)
        seen = see(running.host, order("alice", 1), environ(running.credentials))
        assert (seen.answer, writes(running)) == ("created", 2)
