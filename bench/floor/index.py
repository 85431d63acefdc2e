"""The same import with nothing but the standard library: what no use of the packages can beat.

Checks by hand, TC3-HMAC-SHA256 by hand, one kept connection.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import re
import struct
import time

_KEPT = {}


def main_handler(event, context):
    """Import the key pair in the body of an HTTP event."""
    body = json.loads(event["body"])
    if not re.fullmatch("[A-Za-z0-9_]{1,25}", body["keyName"]):
        return _reply(422, {"detail": "keyName is wrong"})
    kind, text = body["publicKey"].split()[:2]
    blob = base64.b64decode(text, validate=True)
    if kind != "ssh-rsa" or blob[:11] != struct.pack(">I7s", 7, b"ssh-rsa"):
        return _reply(422, {"detail": "publicKey is wrong"})
    parameters = {"KeyName": body["keyName"], "ProjectId": 0, "PublicKey": f"ssh-rsa {text}"}
    answer = _call("ImportKeyPair", json.dumps(parameters))["Response"]
    return _reply(
        201, {"keyId": answer["KeyId"], "keyName": body["keyName"], "requestId": answer["RequestId"]}
    )


def _reply(status, body):
    headers = {"Content-Type": "application/json"}
    return {"isBase64Encoded": False, "statusCode": status, "headers": headers, "body": json.dumps(body)}


def _call(action, payload):
    host = os.environ["CVM_ENDPOINT"].removeprefix("http://")
    if host not in _KEPT:
        _KEPT[host] = http.client.HTTPConnection(host, timeout=10)
    now = int(time.time())
    date = time.strftime("%Y-%m-%d", time.gmtime(now))
    digest = hashlib.sha256(payload.encode()).hexdigest()
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{host}\n\ncontent-type;host\n{digest}"
    scope = f"{date}/cvm/tc3_request"
    signed = f"TC3-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = b"TC3" + os.environ["TENCENTCLOUD_SECRETKEY"].encode()
    for step in (date, "cvm", "tc3_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    signature = hmac.digest(key, signed.encode(), "sha256").hex()
    headers = {
        "Content-Type": "application/json",
        "Host": host,
        "X-TC-Action": action,
        "X-TC-Version": "2017-03-12",
        "X-TC-Timestamp": str(now),
        "X-TC-Region": os.environ["TENCENTCLOUD_REGION"],
        "X-TC-Token": os.environ["TENCENTCLOUD_SESSIONTOKEN"],
        "Authorization": f"TC3-HMAC-SHA256 Credential={os.environ['TENCENTCLOUD_SECRETID']}/{scope},"
        f" SignedHeaders=content-type;host, Signature={signature}",
    }
    _KEPT[host].request("POST", "/", payload.encode(), headers)
    return json.loads(_KEPT[host].getresponse().read())
