"""`make serve`: the function behind a URL on this machine, with ready-to-paste curl lines, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from local import chat, gateway, own_key, throwaway
from local.cvm.__main__ import options as cvm_options
from local.gateway.__main__ import variable
from local.stage import Stage, staged

_PORT = 9000
_DESCRIPTION = """\
Runs the function on 127.0.0.1 as SCF runs it, against a stand-in for CVM, with an API key made for this run.
Every call, cold or warm, is a line with its milliseconds. Ctrl-C ends everything and leaves nothing behind.
Every switch of `python -m local.cvm` but --port and --credential is understood, too.
"""


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = _parser()
    chosen, others = parser.parse_known_args(arguments)
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    try:
        key = own_key.read(chosen.public_key) if chosen.public_key else throwaway.public_key()[0]
        stand_in = cvm_options([*others, "--port", str(chosen.cvm_port)])
        with staged(stand_in, _gateway_options(chosen), chat.CALLERS) as stage:
            print(_welcome(stage, key), flush=True)
            stopping.wait()
            print("\nEnded; nothing is left running.", flush=True)
    except (own_key.NotUsableError, OSError, ValueError) as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    return 0


def _gateway_options(chosen: argparse.Namespace) -> gateway.Options:
    return gateway.Options(
        port=_free(_PORT) if chosen.port is None else chosen.port,
        shape=chosen.shape,
        package=chosen.package,
        environment={**chat.VARIABLES, **dict(chosen.env)},
        init_timeout=120,
        log=lambda line: print(line, flush=True),
    )


def _free(port: int) -> int:
    """Return the port, or 0 for any other if somebody has it."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))
        return port
    return 0


def _welcome(stage: Stage, key: str) -> str:
    """Return what to try, as lines that a shell takes as they are."""
    wanted = {"keyName": "alice_laptop", "publicKey": key, "tags": {"team": "infra"}}
    return "\n".join(
        [
            f"The function answers at {stage.gateway.url}, CVM's stand-in at {stage.cvm.url}, until Ctrl-C.",
            "Paste these into another terminal:",
            "",
            "# A new key: 201 created",
            _curl(stage, "/key-pairs", wanted),
            "",
            "# The same again: 200 unchanged",
            _curl(stage, "/key-pairs", wanted),
            "",
            "# A bad one: 422, with all that is wrong with it",
            _curl(stage, "/key-pairs", {"KeyName": "alice-laptop", "publicKey": key}),
            "",
            "# A dry run, everything but the write; as this key is there by now: 200 unchanged",
            _curl(stage, "/key-pairs", {**wanted, "dryRun": True}),
            "",
            "# Is the function well?",
            f"curl -sS -i -w '\\n' {stage.gateway.url}/health",
            "",
            "# A command in a chat, as Slack would bring it (from this directory)",
            shlex.join([_python(), "-m", "local.chat", "slack", "help", "--url", stage.gateway.url]),
            "",
            "# What the stand-in holds by now",
            f"curl -sS -w '\\n' {stage.cvm.url}/_control/key-pairs",
            "",
        ]
    )


def _python() -> str:
    """Return the running interpreter as one would type it here."""
    python, here = Path(sys.executable), Path.cwd()
    return str(python.relative_to(here) if python.is_relative_to(here) else python)


def _curl(stage: Stage, path: str, body: object) -> str:
    words = ["curl", "-sS", "-i", "-w", r"\n", f"{stage.gateway.url}{path}"]
    words += ["-H", f"Authorization: Bearer {stage.api_key}", "-H", "Content-Type: application/json"]
    return shlex.join([*words, "-d", json.dumps(body)])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.serve",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--port", type=int, help=f"of the function (default: {_PORT}, or a free one if that is taken)")
    add("--cvm-port", type=int, default=0, help="of the stand-in (default: a free one)")
    add("--shape", choices=gateway.SHAPE_NAMES, default="function-url", help="whose events are built")
    add("--package", type=Path, metavar="PATH", help="run a built package instead of the source tree")
    add("--public-key", metavar="FILE", help="the key in the printed lines (default: a throw-away one)")
    add(
        "--env",
        type=variable,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the function, such as MIN_RSA_BITS=3072; may be repeated",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
