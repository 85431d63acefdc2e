"""WeCom as wechatpy understands it: JSON in, JSON out, run by the Python of `.venv-peers`.

`{"do": "write", "xml": ...}` encrypts a message, `{"do": "read", "body": ...}` decrypts a reply, and
`{"do": "check", ...}` answers a check of the URL. It gets the app's `token`, `key` and `id` with each.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import xmltodict
from wechatpy.enterprise.crypto import WeChatCrypto


def main(asked: dict[str, Any]) -> object:
    """Return what was asked for."""
    crypto = WeChatCrypto(asked["token"], asked["key"], asked["id"])
    if asked["do"] == "write":
        return crypto.encrypt_message(asked["xml"], asked["nonce"], asked["timestamp"])
    if asked["do"] == "read":
        outside = xmltodict.parse(asked["body"])["xml"]
        parts = outside["MsgSignature"], outside["TimeStamp"], outside["Nonce"]
        return xmltodict.parse(crypto.decrypt_message(asked["body"], *parts))["xml"]
    echo = crypto.check_signature(asked["signature"], asked["timestamp"], asked["nonce"], asked["echo"])
    return echo.decode() if isinstance(echo, bytes) else echo


if __name__ == "__main__":
    json.dump(main(json.load(sys.stdin)), sys.stdout)
