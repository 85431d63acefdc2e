"""Signatures and envelopes against published vectors, and vectors that another implementation computed."""

from __future__ import annotations

import base64
import json

from handler.chat import dingtalk, feishu_cipher, teams, wecom_cipher


def test_feishus_vectors() -> None:
    """Feishu's own example of its encryption, and a signature over that body."""
    sealed = b"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="
    body = b'{"encrypt":"' + sealed + b'"}'

    assert feishu_cipher.unseal(b"test key", sealed) == (b"hello world", "")
    assert feishu_cipher.seal(b"test key", b"hello world", base64.b64decode(sealed)[:16]) == sealed
    assert feishu_cipher.sign(b"test key", b"1700000000", b"abc", body) == (
        b"0c09d96c2aef2ad08179b3967ea410bbc91dab24ce3aec05af962cf1935844af"
    )


def test_dingtalks_vector() -> None:
    """A time in milliseconds and the secret of a public sample."""
    assert dingtalk.sign(b"this is secret", b"1577262236757") == (
        b"hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
    )


def test_teams_vector() -> None:
    """The token of Microsoft's page."""
    token = base64.b64decode("vqF0En+Z0ucuRTM/01o2GuhMH3hKKk/N2bOmlM31zaA=")
    assert teams.sign(token, b'{"type":"message","text":"hi"}') == (
        b"OsI22fOxGbRqh5cP8AMgGG80vP5pVkuGv1D1ft388ls="
    )


def test_the_bots_vector() -> None:
    """The token and key of WeCom's sample, with an empty receiver."""
    key = base64.b64decode("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C=")
    sealed = (
        b"sKqRbbiSUnDhFHOvPjtUMRudgdl84N95FzYUYujLrtAQxEScmKKmf+seiSoY8EMH4cXttMeK5onjrw2POVzpnQ6IzB4HJ2njrokwIamN"
        b"Q2IBP+ob/Nr4lc0bnoWOl6h7ipxSaw19YMBJZZ2tmJmG8IeusFbaTtwaQX3fX1EWK+PhrtRgjIB5Wc7p7Udj6axFsXMzmCczRjgW8+gh"
        b"vCU87Q=="
    )
    message, fault = wecom_cipher.unseal(key, sealed, b"")

    assert fault == ""
    assert json.loads(message)["text"] == {"content": "help"}
    assert wecom_cipher.sign(b"QDG6eK", b"1409659813", b"1372623149", sealed) == (
        b"1ac2be72381dc6b324cf8572a765cc060aa50c24"
    )
