"""COS's signature as `cos-python-sdk-v5` makes it: JSON in, JSON out, run by the Python of `.venv-peers`.

A list of `{"method", "path", "parameters", "headers", "id", "key", "now"}` becomes a list of the values of
`Authorization`.
"""

from __future__ import annotations

import json
import sys
import time
from functools import partial
from typing import Any

import requests
from qcloud_cos import CosConfig, cos_auth


def main(asked: list[dict[str, Any]]) -> list[str]:
    """Return what the SDK puts into `Authorization` of each request."""
    proofs = []
    for one in asked:
        time.time = partial(float, one["now"])
        config = CosConfig(Region="ap-guangzhou", SecretId=one["id"], SecretKey=one["key"])
        request = requests.Request(one["method"], f"https://{one['headers']['Host']}/").prepare()
        request.headers.clear()
        request.headers.update(one["headers"])
        sign = cos_auth.CosS3Auth(config, one["path"], one["parameters"], expire=600)
        proofs.append(sign(request).headers["Authorization"])
    return proofs


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
