"""A stand-in for Feishu's open platform, as far as a bot that replies needs it.

In a test:

    with feishu.serve(feishu.Options(app_id="cli_a1", app_secret="secret")) as lark:
        lark.fault("reply", "throttle")
        # here the function answers om_1, with FEISHU_ENDPOINT=lark.url
        assert lark.replies[0].text == "created"

`python -m local.feishu --help` explains the command.
"""

from __future__ import annotations

from local.feishu.options import Options
from local.feishu.replies import SentReply
from local.feishu.server import FeishuApi, serve

__all__ = ["FeishuApi", "Options", "SentReply", "serve"]
