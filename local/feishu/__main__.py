"""`python -m local.feishu`: a stand-in for Feishu's open platform on 127.0.0.1, until Ctrl-C."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from local.columns import Help
from local.feishu.faults import KINDS
from local.feishu.options import Options
from local.feishu.server import REPLY, ROUTES, FeishuApi
from local.stand_in import arguments

_DESCRIPTION = """\
A stand-in for Feishu's open platform (tenant access tokens, replies to messages) for one app. It listens on
127.0.0.1 only, speaks plain HTTP, checks what it is sent, keeps everything in memory and ends with Ctrl-C.
When it is up it prints one line of JSON with its endpoint, for FEISHU_ENDPOINT. Faults name their calls
tenant_access_token and reply.
"""
_DEFAULTS = Options()


def options(sent: Sequence[str]) -> Options:
    """Read the command line; argparse ends the process on a wrong one."""
    parser = argparse.ArgumentParser(
        "python -m local.feishu",
        description=_DESCRIPTION,
        epilog=arguments.epilog("local.feishu", ROUTES, KINDS, REPLY),
        formatter_class=Help,
    )
    add = parser.add_argument
    add("--port", type=arguments.port, default=0, help="where to listen on 127.0.0.1 (default: a free port)")
    add("--app-id", default=_DEFAULTS.app_id, help=f"the app (default {_DEFAULTS.app_id})")
    add("--app-secret", default=_DEFAULTS.app_secret, help=f"its secret (default {_DEFAULTS.app_secret})")
    for switch, default, text in (
        ("--expire", _DEFAULTS.expire, "seconds that a token lives"),
        ("--rate", _DEFAULTS.rate, "replies a second for the app, 0 for no limit"),
        ("--chat-rate", _DEFAULTS.chat_rate, "replies a second in one chat, 0 for no limit"),
        ("--keep-calls", _DEFAULTS.keep_calls, "how many calls GET /_control/calls remembers"),
    ):
        add(switch, type=arguments.count, default=default, metavar="N", help=f"{text} (default {default})")
    add(
        "--tls",
        type=arguments.authority,
        dest="authority",
        metavar="DIR",
        help="also speak HTTPS, on a free port; an authority is made for this run, DIR/ca.pem",
    )
    return Options(**vars(parser.parse_args(sent)))


def _up(feishu: FeishuApi) -> dict[str, str]:
    tls = {"tlsEndpoint": f"https://127.0.0.1:{feishu.tls_port}"} if feishu.tls_port else {}
    return {"endpoint": feishu.url, **tls}


def main(sent: Sequence[str]) -> int:
    """Run a stand-in until it is told to end."""
    chosen = options(sent)
    return arguments.serve(lambda: FeishuApi(chosen), chosen.port, _up)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
