"""cos-python-sdk-v5, asked for one round of objects; run by the peers' interpreter.

Reads `{"proxy", "credential", "region", "bucket", "keys"}` from standard input, writes each key and reads it
back in part, and prints what came.
"""

from __future__ import annotations

import json
import sys

from qcloud_cos import CosConfig, CosS3Client  # type: ignore[import-not-found, unused-ignore]

asked = json.load(sys.stdin)
secret_id, secret_key, token = asked["credential"]
client = CosS3Client(
    CosConfig(
        Region=asked["region"],
        SecretId=secret_id,
        SecretKey=secret_key,
        Token=token,
        Scheme="http",
        Proxies={"http": asked["proxy"]},
    )
)
came = {}
for key in asked["keys"]:
    client.put_object(Bucket=asked["bucket"], Key=key, Body=key.encode(), ContentType="text/plain")
    reply = client.get_object(
        Bucket=asked["bucket"], Key=key, Range="bytes=0-99", ResponseContentType="text/x+y z; a=%"
    )
    came[key] = reply["Body"].get_raw_stream().read().decode()
print(json.dumps(came))
