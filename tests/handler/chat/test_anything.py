"""Whatever is typed or sent: an answer in the platform's form, in linear time, without secrets."""

from __future__ import annotations

import base64
import json
import re
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import chat
from local.in_process import Function, public_keys
from tests import growth
from tests.handler.chat.scene import (
    ALICE,
    PLATFORMS,
    PRIVATE,
    every,
    function,
    say,
)

KEY, OTHER, *_ = public_keys()


SECRETS = [*chat.VARIABLES.values()]


@every
def test_nothing_secret_is_said_or_logged(platform: str, bot: Function) -> None:
    """Secrets, tokens, signatures and keys are in no reply and in no line of the log."""
    sent = [
        chat.PLAYERS[platform](typed, ALICE)
        for typed in (f"import alice {KEY}", f"import alice {OTHER}", f"check {KEY}", "help", PRIVATE)
    ]
    shown = json.dumps([chat.seen(message, 200, bot.answer(message.event()).text, ALICE) for message in sent])
    stranger = {
        **sent[0].event(),
        "headers": {},
        "queryString": {},
        "body": sent[0].body.replace("text", "txt"),
    }
    shown += bot.answer(stranger).text + json.dumps(bot.log)

    signatures = [message.headers.get("x-slack-signature", "-none-") for message in sent]
    signatures += [message.query.get("msg_signature", "-none-") for message in sent]
    for secret in (*SECRETS, *signatures, KEY.split()[1][20:60], OTHER.split()[1][20:60], "b3BlbnNzaC1r"):
        assert secret not in shown


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(
    _TEXTS,
    st.sampled_from(["", "import ", "check ", f"import a {KEY} ", "import a project=1 "]),
    st.sampled_from(PLATFORMS),
)
def test_any_text_gets_an_answer_of_the_platform(text: str, start: str, platform: str) -> None:
    """Whatever is typed, the answer has status 200 and can be read by the platform."""
    with function() as bot:
        bot.environ["TENCENTCLOUD_SECRETID"] = ""
        assert say(
            bot, platform, start + re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
        )


@given(
    st.binary(max_size=400),
    st.dictionaries(st.text(max_size=30), st.text(max_size=30)),
    st.sampled_from(PLATFORMS),
)
def test_any_bytes_get_a_refusal(content: bytes, query: dict[str, str], platform: str) -> None:
    """Whatever bytes and parameters a stranger sends, they are a 401, never a 500."""
    event: dict[str, Any] = {
        "httpMethod": "POST",
        "path": f"/chat/{platform}",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "queryString": query,
        "body": base64.b64encode(content).decode(),
        "isBase64Encoded": True,
    }
    with function() as bot:
        assert bot.answer(event).status == 401


@pytest.mark.slow
def test_a_long_command_costs_what_its_length_asks_for(bot: Function) -> None:
    """A warm function answers the most hostile long message without more than linear work."""
    for part in ("<a@", "tag:a=", "ssh-rsa AAAAB3NzaC1yc2E", "&", "AAAA "):
        for platform in PLATFORMS:
            make = partial(growth.text, f"import a {KEY} ", part)
            worst = growth.exponent(partial(say, bot, platform), make, 5_000)
            assert worst < growth.NEARLY_LINEAR, (part, platform)
