"""`python -m local.chat discord-register`: registers the slash command of `from_discord` with Discord.

https://discord.com/developers/docs/interactions/application-commands#registering-a-command. To register a
command of a name that is there already replaces it, so it can be run again.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from http.client import HTTPException
from typing import Any

from local.chat.from_discord import COMMAND
from local.columns import Help

#: Where the token of the application's bot is kept.
TOKEN = "DISCORD_BOT_TOKEN"

ENDPOINT = "https://discord.com/api/v10"

#: How long Discord may take, in seconds.
_PATIENCE = 30

_WHY = {
    400: "it does not take the command; see whether another one has the same name",
    401: f"{TOKEN} is not the token of this application's bot",
    403: "the application is not in this server; add it there with the scope applications.commands",
    404: "there is no such application",
    429: "it is asked too often; try again in a minute",
}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, so that the token is sent only to Discord."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return nothing, so that a redirect is an error."""


def main(arguments: Sequence[str], environ: Mapping[str, str]) -> int:
    """Register the command, and say what came of it; return the exit code."""
    chosen = _parser().parse_args(arguments)
    token = environ.get(TOKEN, "")
    if not re.fullmatch("[!-~]{1,200}", token):
        print(f"Set {TOKEN} to the token under Bot in Discord's developer portal.", file=sys.stderr)
        return 2
    try:
        _register(chosen.endpoint, chosen.application, chosen.guild, token)
    except urllib.error.HTTPError as error:
        why = _WHY.get(error.code, "the command is not registered")
        print(f"Discord answers {error.code}: {why}.", file=sys.stderr)
        return 1
    except (OSError, HTTPException, ValueError):
        print(f"Nothing that is Discord answers at {chosen.endpoint}.", file=sys.stderr)
        return 1
    where = f"in server {chosen.guild}" if chosen.guild else "in every server that the application is in"
    print(f"/{COMMAND['name']} is registered {where}.")
    return 0


def _register(endpoint: str, application: str, guild: str | None, token: str) -> None:
    """Send the command to Discord's API.

    Raises:
        OSError, HTTPException: nobody answers, or with a refusal.
        ValueError: what answers is not Discord.
    """
    server = f"/guilds/{guild}" if guild else ""
    request = urllib.request.Request(
        f"{endpoint}/applications/{application}{server}/commands",
        json.dumps(COMMAND).encode(),
        {
            "Authorization": f"Bot {token}",
            "Content-Type": "application/json",
            # Discord wants to know who asks: https://discord.com/developers/docs/reference#user-agent
            "User-Agent": "DiscordBot (import-key-pair, 1)",
        },
        method="POST",
    )
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=_PATIENCE) as answer:
        registered = json.loads(answer.read(1 << 20))
    if not isinstance(registered, dict) or registered.get("name") != COMMAND["name"]:
        raise ValueError


def _snowflake(text: str) -> str:
    if not re.fullmatch("[0-9]{1,20}", text):
        raise argparse.ArgumentTypeError("an id of Discord has digits only")
    return text


def _endpoint(text: str) -> str:
    parts = urllib.parse.urlsplit(text)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) != ("http", "127.0.0.1"):
        raise argparse.ArgumentTypeError("it must be https, or http://127.0.0.1:PORT")
    return text.rstrip("/")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.chat discord-register",
        description="Registers the slash command with Discord; run again, it replaces the command.",
        epilog=f"{TOKEN} holds the token of the application's bot.",
        formatter_class=Help,
    )
    add = parser.add_argument
    add("application", type=_snowflake, metavar="APPLICATION_ID", help="the Application ID in the portal")
    add("--guild", type=_snowflake, metavar="ID", help="in this server only, and there at once")
    add("--endpoint", type=_endpoint, default=ENDPOINT, metavar="URL", help="the API (default: %(default)s)")
    return parser
