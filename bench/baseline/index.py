"""A handler as the READMEs of the three packages show it, for comparison."""

import json
import os

from jsonschema import validate
from sshpubkeys import SSHKey
from tencentcloud.common import credential
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.cvm.v20170312 import cvm_client, models

SCHEMA = {
    "type": "object",
    "properties": {
        "keyName": {"type": "string", "pattern": "^[A-Za-z0-9_]{1,25}$"},
        "publicKey": {"type": "string"},
        "projectId": {"type": "integer", "minimum": 0},
    },
    "required": ["keyName", "publicKey"],
    "additionalProperties": False,
}


def main_handler(event, context):
    """Import the key pair in the body of an HTTP event."""
    body = json.loads(event["body"])
    validate(instance=body, schema=SCHEMA)
    SSHKey(body["publicKey"], strict=True).parse()

    cred = credential.Credential(
        os.environ["TENCENTCLOUD_SECRETID"],
        os.environ["TENCENTCLOUD_SECRETKEY"],
        os.environ["TENCENTCLOUD_SESSIONTOKEN"],
    )
    scheme, _, host = os.environ["CVM_ENDPOINT"].partition("://")
    profile = ClientProfile(httpProfile=HttpProfile(protocol=scheme, endpoint=host))
    client = cvm_client.CvmClient(cred, os.environ["TENCENTCLOUD_REGION"], profile)

    request = models.ImportKeyPairRequest()
    request.KeyName = body["keyName"]
    request.ProjectId = body.get("projectId", 0)
    request.PublicKey = body["publicKey"]
    response = client.ImportKeyPair(request)
    return {
        "isBase64Encoded": False,
        "statusCode": 201,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(
            {"keyId": response.KeyId, "keyName": body["keyName"], "requestId": response.RequestId}
        ),
    }
