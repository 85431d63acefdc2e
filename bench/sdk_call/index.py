"""One call of the SDK's generic client and nothing around it: what an import cannot cost less than."""

import json
import os

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

_HTTP = HttpProfile(
    protocol="http", endpoint=os.environ["CVM_ENDPOINT"].removeprefix("http://"), keepAlive=True
)
_ROLE = [os.environ[f"TENCENTCLOUD_{name}"] for name in ("SECRETID", "SECRETKEY", "SESSIONTOKEN")]
_CLIENT = CommonClient(
    "cvm",
    "2017-03-12",
    Credential(*_ROLE),
    os.environ["TENCENTCLOUD_REGION"],
    ClientProfile(httpProfile=_HTTP),
)


def main_handler(event, context):
    """Import the key pair in the body of an HTTP event, unread."""
    body = json.loads(event["body"])
    parameters = {"KeyName": body["keyName"], "ProjectId": 0, "PublicKey": body["publicKey"]}
    answer = json.loads(_CLIENT.call("ImportKeyPair", parameters))
    return {"statusCode": 201, "body": json.dumps({"keyId": answer["Response"]["KeyId"]})}
