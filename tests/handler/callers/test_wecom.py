"""The record of a WeCom caller: whose token and key it names, and what it claims."""

from __future__ import annotations

import base64

import pytest

from handler.callers.audience import Audience
from handler.callers.wecom import WeCom
from handler.problems import Misconfigured

EVERYBODY = Audience(None, None)
# Of the official sample (https://developer.work.weixin.qq.com/document/path/90968).
AES_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def test_wecom_reads_token_and_aes_key() -> None:
    """Token and key come in this order; the key is 32 bytes."""
    record = WeCom("TOKEN", "AES_KEY", "wx5823bf96d3bd56c7", EVERYBODY)
    secrets = record.secrets("x", {"TOKEN": "QDG6eK", "AES_KEY": AES_KEY})
    assert secrets == (b"QDG6eK", base64.b64decode(AES_KEY + "="))
    assert len(secrets[1]) == 32


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({"TOKEN": "QDG6eK"}, "AES_KEY is not set; it must hold the EncodingAESKey of the WeCom app's"),
        (
            {"AES_KEY": AES_KEY},
            "TOKEN is not set; it must hold the Token of the WeCom app's message receiver.",
        ),
        (
            {"TOKEN": "a b", "AES_KEY": AES_KEY},
            "TOKEN must hold the Token of the WeCom app's message receiver.",
        ),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:]}, "receiver: 43 letters and digits."),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY + "="}, "AES_KEY must hold the EncodingAESKey"),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:] + "\n"}, "AES_KEY must hold the EncodingAESKey"),
        ({"TOKEN": "QDG6eK", "AES_KEY": AES_KEY[1:] + "-"}, "AES_KEY must hold the EncodingAESKey"),
    ],
)
def test_wecom_needs_both(environ: dict[str, str], says: str) -> None:
    """Without either, or with one malformed, the caller cannot be proved."""
    with pytest.raises(Misconfigured) as raised:
        WeCom("TOKEN", "AES_KEY", "ww1", EVERYBODY).secrets("callers[0]", environ)
    assert raised.value.cause.startswith("callers[0]: the environment variable ")
    assert says in raised.value.cause


def test_wecom_claims_corporation_and_token() -> None:
    """One app is one caller; a corporation may have several."""
    assert list(WeCom("T", "K", "ww1", EVERYBODY).claims()) == [
        ("receiveId and tokenEnv", (("ww1", "T"), ""))
    ]
