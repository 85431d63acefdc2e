"""lark-oapi, asked to reply to a message; run by the peers' interpreter.

Reads `{"domain", "app_id", "app_secret", "message_id", "text"}` from standard input and prints the code and
the id of the reply.
"""

from __future__ import annotations

import json
import sys

import lark_oapi  # type: ignore[import-not-found, unused-ignore]
from lark_oapi.api.im.v1 import (  # type: ignore[import-not-found, unused-ignore]
    ReplyMessageRequest,
    ReplyMessageRequestBody,
)

asked = json.load(sys.stdin)
client = (
    lark_oapi.Client.builder()
    .app_id(asked["app_id"])
    .app_secret(asked["app_secret"])
    .domain(asked["domain"])
    .build()
)
content = json.dumps({"text": asked["text"]})
body = ReplyMessageRequestBody.builder().content(content).msg_type("text").uuid("e1").build()
request = ReplyMessageRequest.builder().message_id(asked["message_id"]).request_body(body).build()
reply = client.im.v1.message.reply(request)
print(json.dumps({"code": reply.code, "reply_id": reply.data.message_id if reply.data else None}))
