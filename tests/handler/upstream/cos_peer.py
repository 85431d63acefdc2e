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
    for wanted in asked:
        time.time = partial(float, wanted["now"])
        config = CosConfig(Region="ap-guangzhou", SecretId=wanted["id"], SecretKey=wanted["key"])
        request = requests.Request(wanted["method"], f"https://{wanted['headers']['Host']}/").prepare()
        request.headers.clear()
        request.headers.update(wanted["headers"])
        sign = cos_auth.CosS3Auth(config, wanted["path"], wanted["parameters"], expire=600)
        proofs.append(sign(request).headers["Authorization"])
    return proofs


if __name__ == "__main__":
    print(json.dumps(main(json.load(sys.stdin))))
