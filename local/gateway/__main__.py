"""The command line of the gateway: `python -m local.gateway --help`."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from local.columns import HelpWithDefaults
from local.gateway.failures import Failed
from local.gateway.options import SHAPE_NAMES, Options, RoleVariables
from local.gateway.server import Gateway, serve
from local.stand_in.credentials import DEFAULT, mint

_DESCRIPTION = """\
Runs the function on this machine as SCF runs it: HTTP on 127.0.0.1 becomes an event, the event goes to an
instance (a process of its own, with SCF's environment, one event at a time), and what it returns becomes the
HTTP reply. Every call, cold or warm, is a line on standard error with its milliseconds.
"""
_DEFAULTS = Options()
# A role's credentials live for at most six hours (https://cloud.tencent.com/document/product/583/39466).
_ROLE_SECONDS = 6 * 3600


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C, or run one recorded event; return the exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        with serve(_options(chosen)) as gateway:
            return _run_event(gateway, chosen.event) if chosen.event else _serve(gateway)
    except (ValueError, OSError) as error:
        parser.exit(2, f"{parser.prog}: {error}\n")
    except Failed as failed:
        parser.exit(1, f"{parser.prog}: {failed.failure.message}\n")


def _serve(gateway: Gateway) -> int:
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stopping.set())
    print(f"The function answers at {gateway.url} until you press Ctrl-C.", flush=True)
    stopping.wait()
    return 0


def _run_event(gateway: Gateway, path: Path) -> int:
    outcome = gateway.invoke_text(path.read_bytes())
    if outcome.failure:
        print(outcome.failure.body(outcome.request_id).decode())
        return 1
    print(outcome.text)
    return 0


def _options(chosen: argparse.Namespace) -> Options:
    members = {name: value for name, value in vars(chosen).items() if name in Options._fields}
    return Options(**members)._replace(
        environment=dict(chosen.env),
        routes=dict(chosen.route),
        credentials=_credentials(chosen),
        log=lambda line: print(line, file=sys.stderr, flush=True),
    )


def _credentials(chosen: argparse.Namespace) -> RoleVariables | Callable[[], RoleVariables] | None:
    if chosen.no_role:
        return None
    if chosen.mint_secret:
        return lambda: mint(chosen.mint_secret, "function", time.time() + _ROLE_SECONDS)
    return (chosen.secret_id, chosen.secret_key, chosen.token)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.gateway",
        description=_DESCRIPTION,
        formatter_class=HelpWithDefaults,
    )
    add = parser.add_argument
    add("--port", type=int, default=9000, help="where to listen on 127.0.0.1; 0 takes a free port")
    add("--shape", choices=SHAPE_NAMES, default=_DEFAULTS.shape, help="the front door whose events are built")
    add("--event", type=Path, metavar="FILE", help="instead of serving, run this recorded event once")
    add("--timeout", type=float, default=_DEFAULTS.timeout, metavar="SECONDS", help="limit of one call")
    add("--instances", type=int, default=_DEFAULTS.instances, help="how many may run at one time")
    add("--warm", type=int, default=_DEFAULTS.warm, help="how many to start at once")
    add(
        "--request-timeout",
        type=float,
        default=_DEFAULTS.request_timeout,
        metavar="SECONDS",
        help="in which a client has to deliver a whole request",
    )
    _add_function(parser.add_argument_group("the function"))
    _add_role(parser.add_argument_group("the execution role, handed over with every call"))
    return parser


def _add_function(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--code", type=Path, default=_DEFAULTS.code, metavar="DIR", help="the source tree to run")
    add("--package", type=Path, metavar="PATH", help="instead, a built package: a zip or a directory")
    add("--handler", default=_DEFAULTS.handler, help="file and function that are called")
    add(
        "--python",
        metavar="PATH",
        help="interpreter of the instances; else a source tree runs on the one with its packages, and a"
        " package on a bare one of the deployed version where one can be found",
    )
    add(
        "--env",
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the function, such as CVM_ENDPOINT=http://127.0.0.1:9001; may be repeated",
    )
    add(
        "--route",
        type=_route,
        action="append",
        default=[],
        metavar="HOST=PORT",
        help="a host that the function finds at this port of 127.0.0.1, such as"
        " cvm.tencentcloudapi.com=9443; may be repeated",
    )
    add(
        "--ca",
        type=Path,
        metavar="FILE",
        help="an authority to trust besides the public ones",
    )
    add("--memory", type=int, default=_DEFAULTS.memory, metavar="MB", help="memory that the function is told")
    add(
        "--cpu-share",
        action="store_true",
        help="only the share of a processor that --memory gives: a whole one for 1,769 MB",
    )
    add("--init-timeout", type=float, default=_DEFAULTS.init_timeout, metavar="SECONDS", help="to load code")
    add("--region", default=_DEFAULTS.region, help="where the function believes to be")
    add("--function-name", default=_DEFAULTS.function_name, help="as the context and the environment say it")
    add("--namespace", default=_DEFAULTS.namespace, help="as the context and the environment say it")
    add("--app-id", default=_DEFAULTS.app_id, help="the account's APPID")
    add("--uin", default=_DEFAULTS.uin, help="the account's UIN")


def _add_role(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--secret-id", default=DEFAULT.secret_id, help="TENCENTCLOUD_SECRETID; the stand-in's by default")
    add("--secret-key", default=DEFAULT.secret_key, help="TENCENTCLOUD_SECRETKEY")
    add("--token", default=DEFAULT.token, help="TENCENTCLOUD_SESSIONTOKEN")
    add(
        "--mint-secret",
        metavar="SECRET",
        help="instead, new credentials for every call, made with the secret that the stand-in was given",
    )
    add("--no-role", action="store_true", help="a function without a role has none of the three")


def assignment(text: str) -> tuple[str, str]:
    """Return name and value of `NAME=VALUE`, for argparse."""
    name, equals, value = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("a variable is written NAME=VALUE")
    return name, value


def _route(text: str) -> tuple[str, int]:
    host, equals, port = text.partition("=")
    if not host or not equals or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise argparse.ArgumentTypeError("a route is written HOST=PORT")
    return host, int(port)


if __name__ == "__main__":
    sys.exit(main())
