"""What the commands of the stand-ins have in common: what their switches take, and running until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from local.open_files import open_files
from local.stand_in.credentials import DEFAULT, Credential
from local.stand_in.faults import Fault, Kinds
from local.stand_in.handle import Handle

S = TypeVar("S", bound=Handle)


def credential(text: str) -> Credential:
    """Read `ID:KEY` or `ID:KEY:TOKEN`."""
    secret_id, _, rest = text.partition(":")
    secret_key, _, token = rest.partition(":")
    if not secret_id or not secret_key:
        raise argparse.ArgumentTypeError("a credential is ID:KEY or ID:KEY:TOKEN")
    return Credential(secret_id, secret_key, token)


def count(text: str) -> int:
    """Read a whole number, 0 or more."""
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("this has to be a whole number, 0 or more")
    return int(text)


def port(text: str) -> int:
    """Read a port."""
    if count(text) > 65535:
        raise argparse.ArgumentTypeError("a port is at most 65535; the address is always 127.0.0.1")
    return int(text)


def authority(text: str) -> Any:
    """Make an authority whose certificate is written to this directory."""
    from local.tls import Authority  # not needed as a rule, and the start is to be quick

    try:
        return Authority(Path(text))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from None


def from_environment() -> Credential:
    """Return the credential that the platform's variables name, else the default one."""
    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")
    found = Credential(*(os.environ.get(name, "") for name in names))
    return found if found.secret_id and found.secret_key else DEFAULT


def epilog(module: str, routes: Mapping[str, str], kinds: Kinds, action: str) -> str:
    """Return what stands below the switches: control routes, faults, and an example with an action."""
    lines = [f"control routes (JSON, for other processes; tests in Python use {module}.serve):"]
    lines += [f"  {route:<38}{says}" for route, says in routes.items()]
    lines += ["", "kinds of faults for POST /_control/faults (join several with +):"]
    lines += [f"  {kind:<24}{says}" for kind, (says, _) in kinds.items()]
    lines += ["", "what else a fault takes, with the defaults (times: null strikes for ever):"]
    lines += [f"  {json.dumps(Fault._field_defaults)}"]
    lines += [
        "",
        "an example, losing the reply to the second such call from now on:",
        """  curl http://127.0.0.1:PORT/_control/faults \\""",
        f"""      -d '{{"action": "{action}", "kind": "drop-after", "nth": 2}}'""",
    ]
    return "\n".join(lines)


def serve(make: Callable[[], S], port: int, up: Callable[[S], Mapping[str, str]]) -> int:
    """Run a stand-in until Ctrl-C or SIGTERM; return the exit code.

    Args:
        make: makes the stand-in.
        port: the one that was asked for, to be named where it is taken.
        up: what to print once it listens, as one line of JSON.
    """
    # Shells often allow 1,024 open files by default, which a thousand clients would use up.
    open_files()
    try:
        stand_in = make()
    except OSError as error:
        print(f"cannot listen on 127.0.0.1:{port}: {error.strerror}", file=sys.stderr)
        return 1
    asyncio.run(_run(stand_in, up(stand_in)))
    return 0


async def _run(stand_in: Handle, up: Mapping[str, str]) -> None:
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    print(json.dumps(up), flush=True)
    await stand_in.run(end)
