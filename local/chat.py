"""`python -m local.chat slack "help"`: plays a chat platform against `make serve`, or any other URL.

It sends what the platform would send when somebody types a command, signed or encrypted as the platform
does it, and prints what that person would see.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import secrets
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from handler.chat import wecom_cipher, wecom_xml
from handler.chat.platforms import PLATFORMS

#: What `make serve` knows beside its API key: made up, let in nowhere else, and no secret of anybody's.
VARIABLES: Mapping[str, str] = {
    "SLACK_SIGNING_SECRET": hashlib.sha256(b"slack on this machine").hexdigest()[:32],
    "MATTERMOST_TOKEN": "mattermost1on1this1machine",
    "WECOM_TOKEN": "WecomOnThisMachine",
    "WECOM_ENCODING_AES_KEY": base64.b64encode(hashlib.sha256(b"wecom on this machine").digest()).decode()[
        :43
    ],
}

TEAM, CORPORATION = "T0THISONE", "ww00000000000000a1"

CALLERS: Sequence[dict[str, Any]] = (
    {
        "id": "slack",
        "auth": {
            "scheme": "slack",
            "secretEnv": ["SLACK_SIGNING_SECRET"],
            "team": TEAM,
            "users": "everyone",
        },
    },
    {
        "id": "mattermost",
        "auth": {"scheme": "mattermost", "tokenEnv": ["MATTERMOST_TOKEN"], "users": "everyone"},
    },
    {
        "id": "wecom",
        "auth": {
            "scheme": "wecom",
            "tokenEnv": "WECOM_TOKEN",
            "encodingAesKeyEnv": "WECOM_ENCODING_AES_KEY",
            "receiveId": CORPORATION,
            "users": "everyone",
        },
    },
)


class Sender(NamedTuple):
    """Who types, where, when, and what the platform proves itself with.

    Attributes:
        user: the id of who types.
        team: the workspace; of WeCom, the corporation.
        channel: the channel, for platforms that have some.
        now: seconds since the Unix epoch.
        variables: the secrets, by the names that `VARIABLES` has.
    """

    user: str = "alice"
    team: str = ""
    channel: str = "C0GENERAL"
    now: float | None = None
    variables: Mapping[str, str] = VARIABLES

    def timestamp(self) -> str:
        """Return the time of the message as platforms write it."""
        return str(int(time.time() if self.now is None else self.now))


class Request(NamedTuple):
    """An HTTP request that a platform makes."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: str

    def event(self) -> dict[str, Any]:
        """Return it as the event that a Function URL makes of it."""
        return {
            "httpMethod": self.method,
            "path": self.path,
            "queryString": dict(self.query),
            "headers": dict(self.headers),
            "body": self.body,
        }


def slack(text: str, sender: Sender) -> Request:
    """Return the request of a Slack slash command.

    https://docs.slack.dev/authentication/verifying-requests-from-slack
    """
    # What Slack escapes in every text that somebody types.
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    body = _form(sender._replace(team=sender.team or TEAM), escaped)
    return slack_signed(body, sender)


def slack_signed(body: str, sender: Sender) -> Request:
    """Return a request with this body and Slack's signature."""
    signed = f"v0:{sender.timestamp()}:{body}".encode()
    secret = sender.variables["SLACK_SIGNING_SECRET"].encode()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": sender.timestamp(),
        "x-slack-signature": "v0=" + hmac.new(secret, signed, "sha256").hexdigest(),
    }
    return Request("POST", "/chat/slack", {}, headers, body)


def mattermost(text: str, sender: Sender) -> Request:
    """Return the request of a Mattermost slash command.

    https://developers.mattermost.com/integrate/slash-commands/custom
    """
    token = sender.variables["MATTERMOST_TOKEN"]
    headers = {
        "accept": "application/json",
        "authorization": f"Token {token}",
        "content-type": "application/x-www-form-urlencoded",
    }
    return Request("POST", "/chat/mattermost", {}, headers, _form(sender, text, token=token))


def wecom(text: str, sender: Sender) -> Request:
    """Return the request that WeCom makes when somebody writes to an app.

    https://developer.work.weixin.qq.com/document/path/96467
    """
    message: dict[str, str | int] = {
        "ToUserName": sender.team or CORPORATION,
        "FromUserName": sender.user,
        "CreateTime": int(sender.timestamp()),
        "MsgType": "text",
        "Content": text,
        "MsgId": secrets.randbelow(1 << 62),
        "AgentID": 1000002,
    }
    return wecom_sealed(wecom_xml.write(message), sender)


def wecom_sealed(message: str, sender: Sender) -> Request:
    """Return a request with this message in WeCom's envelope."""
    query, encrypted = _sealed(message, sender)
    outside = {"ToUserName": sender.team or CORPORATION, "Encrypt": encrypted, "AgentID": "1000002"}
    return Request("POST", "/chat/wecom", query, {"content-type": "text/xml"}, wecom_xml.write(outside))


def wecom_check(echo: str, sender: Sender) -> Request:
    """Return the request with which WeCom checks a URL that somebody enters; the answer is the echo.

    https://developer.work.weixin.qq.com/document/path/96466
    """
    query, encrypted = _sealed(echo, sender)
    return Request("GET", "/chat/wecom", {**query, "echostr": encrypted}, {}, "")


def seen(request: Request, status: int, body: str, sender: Sender) -> str:
    """Return what somebody sees of a reply.

    Raises:
        ValueError: it is nothing that the platform would show.
    """
    if status != 200:
        raise ValueError(f"The function answers {status}, of which the platform shows nothing: {body}")
    if request.method == "GET":
        return body
    if request.path.endswith("/wecom"):
        return _unsealed(body, sender)
    text = str(json.loads(body)["text"])
    if request.path.endswith("/mattermost"):
        return re.sub(r"\\([\\*_~#|<\[\]])", r"\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


PLAYERS: Mapping[str, Callable[[str, Sender], Request]] = {
    "slack": slack,
    "mattermost": mattermost,
    "wecom": wecom,
    "wecom-check": wecom_check,
}

#: How long a platform waits, in seconds.
PATIENCE = {**{platform.name: platform.patience for platform in PLATFORMS}, "wecom-check": 1.0}


def _form(sender: Sender, text: str, **first: str) -> str:
    fields = {
        **first,
        "team_id": sender.team or "this1team1on1this1machine1",
        "team_domain": "example",
        "channel_id": sender.channel,
        "channel_name": "general",
        "user_id": sender.user,
        "user_name": sender.user,
        "command": "/key",
        "text": text,
        "response_url": "https://chat.example.com/commands/1/2",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    }
    return urllib.parse.urlencode(fields)


def _keys(sender: Sender) -> tuple[bytes, bytes, bytes]:
    key = base64.b64decode(sender.variables["WECOM_ENCODING_AES_KEY"] + "=")
    return sender.variables["WECOM_TOKEN"].encode(), key, (sender.team or CORPORATION).encode()


def _sealed(message: str, sender: Sender) -> tuple[dict[str, str], str]:
    token, key, receiver = _keys(sender)
    encrypted = wecom_cipher.seal(key, message.encode(), receiver, secrets.token_bytes(16))
    nonce = str(secrets.randbelow(1 << 31))
    signature = wecom_cipher.sign(token, sender.timestamp().encode(), nonce.encode(), encrypted)
    query = {"msg_signature": signature.decode(), "timestamp": sender.timestamp(), "nonce": nonce}
    return query, encrypted.decode()


def _unsealed(body: str, sender: Sender) -> str:
    if not body:
        return ""
    token, key, receiver = _keys(sender)
    try:
        outside = wecom_xml.read(body.encode())
        names = ("TimeStamp", "Nonce", "Encrypt", "MsgSignature")
        timestamp, nonce, encrypted, signature = (outside[name].encode() for name in names)
    except (KeyError, wecom_xml.NotFlatError):
        raise ValueError("WeCom cannot read the reply: it is not in its form.") from None
    if wecom_cipher.sign(token, timestamp, nonce, encrypted) != signature:
        raise ValueError("WeCom cannot read the reply: its signature is wrong.")
    message, fault = wecom_cipher.unseal(key, encrypted, receiver)
    if fault:
        raise ValueError(f"WeCom cannot read the reply: it cannot be decrypted ({fault}).")
    return wecom_xml.read(message)["Content"]


def main(arguments: Sequence[str]) -> int:
    """Send one message and print what its sender sees; return the exit code."""
    chosen = _parser().parse_args(arguments)
    variables = {name: os.environ.get(name, value) for name, value in VARIABLES.items()}
    sender = Sender(chosen.user, chosen.team, chosen.channel, None, variables)
    text = sys.stdin.read() if chosen.text == "-" else chosen.text
    request = PLAYERS[chosen.platform](text, sender)
    begun = time.monotonic()
    try:
        status, body = _send(chosen.url.rstrip("/"), request)
        print(seen(request, status, body, sender))
    except urllib.error.URLError as error:
        print(f"Nothing answers at {chosen.url}: {error.reason}. Is `make serve` running?", file=sys.stderr)
        return 1
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    patience = PATIENCE[chosen.platform]
    took = time.monotonic() - begun
    verdict = "in time" if took < patience else "too late: the platform has shown an error"
    print(f"({took * 1000:.0f} ms of the {patience * 1000:.0f} that the platform waits, {verdict})")
    return 0 if took < patience else 1


def _send(url: str, request: Request) -> tuple[int, str]:
    query = f"?{urllib.parse.urlencode(request.query)}" if request.query else ""
    asked = urllib.request.Request(
        f"{url}{request.path}{query}",
        request.body.encode() if request.method == "POST" else None,
        dict(request.headers),
        method=request.method,
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.chat",
        description="Sends what a chat platform would send, and prints what the person there would see.",
        epilog=f"Against a function of your own, set {', '.join(VARIABLES)} to its secrets.",
    )
    add = parser.add_argument
    add("platform", choices=PLAYERS, help="which platform to play; wecom-check is its check of the URL")
    add("text", help='what is typed, such as "import alice ssh-rsa AAAA..."; - reads it from standard input')
    add("--url", default="http://127.0.0.1:9000", help="where the function answers (default: %(default)s)")
    add("--user", default="alice", help="the platform's id of who types (default: %(default)s)")
    add("--team", default="", help="the workspace, or WeCom's corporation (default: that of `make serve`)")
    add("--channel", default="C0GENERAL", help="the channel (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
