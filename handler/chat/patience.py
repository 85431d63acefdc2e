"""How long a platform waits for the answer to a message."""

from __future__ import annotations

#: The way to the platform and back, in seconds: this part of the platform's time is not ours.
ON_THE_WAY = 1.0

#: The seconds after which Feishu sends an event again
#: (https://open.feishu.cn/document/server-docs/event-subscription-guide/overview).
FEISHU = 3.0
