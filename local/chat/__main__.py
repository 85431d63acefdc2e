"""`python -m local.chat slack "help"`: plays a chat platform against `make serve`, or any other URL.

It sends what the platform would send when somebody types a command, signed or encrypted as the platform
does it, and prints what that person would see.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence

from local.chat import PATIENCE, PLAYERS, VARIABLES, PlatformRequest, Sender, seen
from local.columns import Help


def main(arguments: Sequence[str]) -> int:
    """Send one message and print what its sender sees; return the exit code."""
    if arguments[:1] == ["discord-register"]:
        # Imported here: nothing else needs it.
        from local.chat import register

        return register.main(arguments[1:], os.environ)
    chosen = parser().parse_args(arguments)
    variables = {name: os.environ.get(name, value) for name, value in VARIABLES.items()}
    sender = Sender(chosen.user, chosen.team, chosen.channel, None, variables)
    text = sys.stdin.read() if chosen.text == "-" else chosen.text
    request = PLAYERS[chosen.platform](text, sender)
    begun = time.monotonic()
    try:
        status, body = _send(chosen.url.rstrip("/"), request)
        print(seen(request, status, body, sender) or "(nothing in the answer itself)")
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


def _send(url: str, request: PlatformRequest) -> tuple[int, str]:
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


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        "python -m local.chat",
        description="Sends what a chat platform would send, and prints what the person there would see.",
        epilog=f"Against a function of your own, set {', '.join(VARIABLES)} to its secrets."
        " `discord-register APPLICATION_ID` registers the slash command with Discord itself.",
        formatter_class=Help,
    )
    add = parser.add_argument
    add(
        "platform",
        metavar="PLATFORM",
        choices=PLAYERS,
        help=f"which platform to play: {', '.join(PLAYERS)}; a check is the platform's own of the URL",
    )
    add("text", help='what is typed, such as "import alice ssh-rsa AAAA..."; - reads it from standard input')
    add("--url", default="http://127.0.0.1:9000", help="where the function answers (default: %(default)s)")
    add("--user", default="alice", help="the platform's id of who types (default: %(default)s)")
    add(
        "--team",
        default="",
        help="the workspace; of WeCom the corporation, of DingTalk the robotCode, of Feishu the App ID"
        " (default: that of `make serve`)",
    )
    add("--channel", default="C0GENERAL", help="the channel (default: %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
