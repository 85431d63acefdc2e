"""What can go wrong with a call to Feishu, beyond what can go wrong with every API.

`internal-error-*` answers 2200; for `error-*`, `code` is one of Feishu's, such as 230002.
"""

from __future__ import annotations

from local.stand_in.faults import COMMON, Kinds

KINDS: Kinds = {
    **COMMON,
    "throttle": ("99991400 for the app; not executed", {"error": "99991400", "execute": False}),
    "chat-throttle": ("230020 for the chat; not executed", {"error": "230020", "execute": False}),
    "token-refused": ("99991663 for the token; not executed", {"error": "99991663", "execute": False}),
    "no-permission": ("99991672, a scope is missing; not executed", {"error": "99991672", "execute": False}),
    "withdrawn": ("230011, the message is gone; not executed", {"error": "230011", "execute": False}),
}
