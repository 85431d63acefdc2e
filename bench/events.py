"""The requests that are measured: one that imports, and one for each way to be refused from cold."""

from __future__ import annotations

import json
from typing import Any

from bench.instance import API_KEY

#: An RSA key of 2048 bits that was made for this and then thrown away.
PUBLIC_KEY = (
    "ssh-rsa "
    "AAAAB3NzaC1yc2EAAAADAQABAAABAQC+8WTR6VxmzvKbg5hyRhlAQo0jNdhXXo5ZlvlWxxE5Rpt62HCg8tcfeBGdq66n6BgH"
    "STwhbkXKcsFRC95SKRaV/Rryu8s3WB9THa+ZK1wgB1UtjOCsmBzLjv2U/a+QsMZWKTexaDmzzqo3/b9Z1zznOxFH4lzgryeL"
    "3j4+WWzCyj9ti/ROl8sFlBUY79L8PUs/KNgefuFJLH3ky4crozKqatiBZiWg6nDUSbenPwpeyS5AeouEHQQHPY2beTK8tjZu"
    "3zGz9KRAW5/xQdEC+GVNXvBQj9RuT/ZtJK8MOHeT7LYT8P88d3ahgT9VBR8zyj2uchH8pJAOnBq5z+f1Cv5V"
    " bench"
)


def request(body: object, api_key: str = API_KEY, language: str = "") -> dict[str, Any]:
    """Return a Function URL event (https://cloud.tencent.com/document/product/583/96099)."""
    text = body if isinstance(body, str) else json.dumps(body)
    return {
        "httpMethod": "POST",
        "path": "/key-pairs",
        "queryString": {},
        "headers": {
            "authorization": f"Bearer {api_key}",
            "content-type": "application/json",
            "content-length": str(len(text)),
            "host": "1250000000-abcdefghij.ap-guangzhou.tencentscf.com",
            "user-agent": "curl/8.5.0",
            "x-scf-remote-addr": "203.0.113.7",
            **({"accept-language": language} if language else {}),
        },
        "body": text,
    }


def imports(name: str) -> dict[str, Any]:
    """Return the request that imports a key pair."""
    return request({"keyName": name, "publicKey": PUBLIC_KEY})


def refusals(language: str = "") -> dict[str, tuple[int, dict[str, Any]]]:
    """Return each kind of refusal with its status and a request that meets it, in a reader's language."""
    good = {"keyName": "a", "publicKey": PUBLIC_KEY}
    return {
        "unauthenticated": (401, request(good, "an-api-key-that-belongs-to-nobody", language)),
        "malformed-json": (400, request('{"keyName": "a", "keyName": "b"}', language=language)),
        "invalid-request": (422, request({"KeyName": "a", "publicKey": PUBLIC_KEY}, language=language)),
        "invalid-public-key": (422, request({**good, "publicKey": PUBLIC_KEY[:200]}, language=language)),
    }
