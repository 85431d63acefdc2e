"""lark-oapi, discord-interactions and wechatpy read what is sent and answered here as it is meant."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from local import chat
from local.chat.setup import PUBLIC_KEY
from local.in_process import ROOT
from tests.handler.chat.scene import ALICE, function

PYTHON = ROOT / ".venv-peers" / "bin" / "python"

pytestmark = pytest.mark.slow


def test_libraries_of_the_platforms_agree(missing: Callable[[str, str], None]) -> None:
    """Feishu's envelope and signature, Discord's signature, and the bot's reply with an empty receiver."""
    if not PYTHON.exists():
        missing("lark-oapi", "messages of Feishu, Discord and the smart bot as other libraries read them")
        return
    event, interaction = chat.feishu("help", ALICE), chat.discord("help", ALICE)
    with function() as bot:
        assert bot.answer(interaction.event()).status == 200
        answer = bot.answer(chat.wecom_bot("help", ALICE).event()).json
    asked = {
        "encryptKey": chat.VARIABLES["FEISHU_ENCRYPT_KEY"],
        "token": chat.VARIABLES["FEISHU_VERIFICATION_TOKEN"],
        "feishu": event._asdict(),
        "discord": interaction._asdict(),
        "publicKey": PUBLIC_KEY,
        "botKey": chat.VARIABLES["WECOM_BOT_ENCODING_AES_KEY"],
        "botReply": answer["encrypt"],
    }
    ran = subprocess.run(
        [PYTHON, "-I", ROOT / "tests" / "chat" / "chats_peer.py"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    # lark-oapi writes lines of its own log before.
    seen = json.loads(ran.stdout.splitlines()[-1])

    assert seen["feishu"] == [200, ['{"text": "@_user_1 help"}']]
    assert seen["discord"] == [True, False]
    assert seen["bot"]["stream"]["finish"] is True
    assert "import KEY_NAME" in seen["bot"]["stream"]["content"]
