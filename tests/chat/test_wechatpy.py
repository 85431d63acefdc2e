"""wechatpy, which has a cipher of its own, encrypts what is accepted and reads what is answered."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from local import chat
from local.cvm import Options, serve
from local.in_process import ROOT, public_keys
from tests.handler.chat.scene import ALICE, NOW, function

PYTHON = ROOT / ".venv-peers" / "bin" / "python"
KEY = public_keys()[0]
APP = {
    "token": chat.VARIABLES["WECOM_TOKEN"],
    "key": chat.VARIABLES["WECOM_ENCODING_AES_KEY"],
    "id": chat.CORPORATION,
}

pytestmark = pytest.mark.slow

Missing = Callable[[str, str], None]


def wechatpy(do: str, **asked: str) -> Any:
    """Return what wechatpy makes of something."""
    ran = subprocess.run(
        [PYTHON, "-I", "-W", "error", ROOT / "tests" / "chat" / "wechatpy_peer.py"],
        input=json.dumps({"do": do, **APP, **asked}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def test_wechatpy_writes_what_is_accepted_and_reads_what_is_answered(missing: Missing) -> None:
    """A message that wechatpy encrypts imports a key, and wechatpy decrypts the reply to it."""
    if not PYTHON.exists():
        missing("wechatpy", "WeCom's messages as wechatpy writes and reads them")
        return
    message = (
        f"<xml><ToUserName><![CDATA[{chat.CORPORATION}]]></ToUserName><FromUserName><![CDATA[ZhangSan]]>"
        f"</FromUserName><CreateTime>1700000000</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>"
        f"<![CDATA[import zhangsan {KEY} 张三的电脑 ]]></Content><MsgId>7</MsgId><AgentID>1</AgentID></xml>"
    )
    body = wechatpy("write", xml=message, nonce="461056294", timestamp=ALICE.timestamp())
    (signature,) = re.findall(r"<MsgSignature><!\[CDATA\[(.*)]]>", body)
    query = {"msg_signature": signature, "timestamp": ALICE.timestamp(), "nonce": "461056294"}
    with serve(Options(rate=0), lambda: NOW) as cvm, function(cvm) as bot:
        answer = bot.answer(chat.PlatformRequest("POST", "/chat/wecom", query, {}, body).event())
        pair = cvm.account.key_pairs["zhangsan"]

    read = wechatpy("read", body=answer.text)
    assert (read["ToUserName"], read["FromUserName"], read["MsgType"]) == (
        "ZhangSan",
        chat.CORPORATION,
        "text",
    )
    assert "Imported as zhangsan." in read["Content"]
    assert pair.key_id in read["Content"]


def test_wechatpy_agrees_about_the_check_of_a_url(missing: Missing) -> None:
    """What is answered to a check is what wechatpy reads in it."""
    if not PYTHON.exists():
        missing("wechatpy", "WeCom's check of a URL as wechatpy reads it")
        return
    sent = chat.wecom_check("1616140317555161061", ALICE)
    with function() as bot:
        answered = bot.answer(sent.event()).text

    names = {"msg_signature": "signature", "timestamp": "timestamp", "nonce": "nonce", "echostr": "echo"}
    asked = {names[name]: value for name, value in sent.query.items()}
    assert wechatpy("check", **asked) == answered == "1616140317555161061"
