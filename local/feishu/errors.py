"""What Feishu answers when it refuses: JSON with a code, under an HTTP status.

Sources: https://open.feishu.cn/document/server-docs/api-call-guide/generic-error-code and the pages of the
two calls. The texts are this project's own words.
"""

from __future__ import annotations

#: The status and the text of each code.
CODES: dict[str, tuple[int, str]] = {
    "2200": (500, "Internal Error"),
    "10003": (400, "invalid param"),
    "10014": (200, "app secret invalid"),
    "230001": (400, "Your request contains an invalid request parameter."),
    "230002": (400, "The bot can not be outside the group."),
    "230011": (400, "The message is withdrawn."),
    "230020": (400, "This operation triggers the frequency limit."),
    "230025": (400, "The length of the message content reaches its limit."),
    "99991400": (429, "request trigger frequency limit"),
    "99991661": (400, "Missing access token for authorization."),
    "99991663": (400, "Invalid access token for authorization."),
    "99991672": (
        400,
        "Access denied. One of these scopes is required: im:message, im:message:send_as_bot.",
    ),
}


class Refusal(Exception):
    """A refusal; the argument is a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
