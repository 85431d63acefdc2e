"""`make serve`: the function behind a URL on this machine, with lines to paste, until Ctrl-C."""

from __future__ import annotations

import argparse
import contextlib
import json
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from local import chat, feishu, gateway, own_key, throwaway
from local.callers.mint import NewSecret, new_secret
from local.columns import Help
from local.cvm.__main__ import options as cvm_options
from local.gateway.__main__ import assignment
from local.stage import Stage, staged
from local.terminal import say

_PORT = 9000
_ROOT = Path(__file__).resolve().parents[1]
_DESCRIPTION = """\
Runs the function on 127.0.0.1 as SCF runs it, against a stand-in for CVM. Callers and their secrets are
made for this run: one with an API key, one that signs and may invite, and one for each chat platform. Who
has no signature may look at key pairs.
Every call, cold or warm, is a line with its milliseconds. Ctrl-C ends everything and leaves nothing behind.
Every switch of `python -m local.cvm` but --port and --credential works here, too.
"""


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = _parser()
    chosen, others = parser.parse_known_args(arguments)
    stopping = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stopping.set())
    minted = new_secret("onboarding", "standard-webhooks")
    signing = minted._replace(entry={**minted.entry, "allow": {"invite": True}})
    inviting = new_secret("invitations", "standard-webhooks")
    try:
        key = own_key.read_file(chosen.public_key) if chosen.public_key else throwaway.public_key()[0]
        stand_in = cvm_options([*others, "--port", str(chosen.cvm_port)])
        with (
            tempfile.TemporaryDirectory(prefix="import-key-pair-") as folder,
            feishu.serve(_FEISHU) as lark,
            staged(
                stand_in,
                _gateway_options(chosen, [signing, inviting], lark.url),
                [*({**entry, "allow": {"look": True}} for entry in chat.CALLERS), signing.entry],
            ) as stage,
        ):
            _write_examples(Path(folder), key)
            say(_welcome(stage, signing, _link(stage, signing, inviting), folder))
            sys.stdout.flush()
            stopping.wait()
            say("\nEnded; nothing is left running.")
    except (own_key.NotUsableError, OSError, ValueError) as problem:
        parser.exit(2, f"{parser.prog}: {problem}\n")
    return 0


#: The app whose replies in Feishu the stand-in takes.
_FEISHU = feishu.Options(app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"])


def _gateway_options(chosen: argparse.Namespace, minted: Sequence[NewSecret], lark: str) -> gateway.Options:
    return gateway.Options(
        port=_free(_PORT) if chosen.port is None else chosen.port,
        shape=chosen.shape,
        package=chosen.package,
        environment={
            **chat.VARIABLES,
            "FEISHU_ENDPOINT": lark,
            "INVITATION_SECRETS": minted[-1].variable,
            **{caller.variable: caller.secret for caller in minted},
            **dict(chosen.env),
        },
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


def _write_examples(folder: Path, key: str) -> None:
    """Write the files of the printed lines and of README's snippets: requests, keys, a table, callers."""
    (folder / "alice.pub").write_text(f"{key}\n", encoding="utf-8")
    (folder / "hires.csv").write_text(
        f"name,key,tag:owner\nalice_laptop,alice.pub,alice\ncarol_laptop,{throwaway.invited_key()},carol\n",
        encoding="utf-8",
    )
    shutil.copy(_ROOT / "callers.example.json", folder / "callers.json")
    for name, request in _requests(key).items():
        (folder / f"{name}.json").write_text(json.dumps(request, indent=2) + "\n", encoding="ascii")


def _requests(key: str) -> Mapping[str, object]:
    new = {"keyName": "alice_laptop", "publicKey": key, "tags": {"team": "infra"}}
    bad = {"KeyName": "alice-laptop", "publicKey": key}
    return {"new": new, "dry-run": {**new, "dryRun": True}, "bad": bad, "many": [new, bad]}


def _link(stage: Stage, signing: NewSecret, inviting: NewSecret) -> str:
    """Return the link of an invitation to hand in one key, as the caller who signs would give it."""
    signed = throwaway.invitation(signing.entry["id"], "bob_laptop", inviting.secret)
    return f"{stage.gateway.url}/hand-in#{signed}"


def _welcome(stage: Stage, signing: NewSecret, link: str, folder: str) -> str:
    """Return what to try, as lines that a shell takes as they are."""
    local = f"{_python()} -m local"
    return "\n".join(
        [
            f"The function answers at {stage.gateway.url}, until Ctrl-C.",
            f"The stand-in for CVM answers at {stage.cvm.url}.",
            "Paste these lines into another terminal, in this directory:",
            "",
            f"export FUNCTION_URL={stage.gateway.url}",
            f"export API_KEY={stage.api_key}",
            f"export {signing.variable}={signing.secret}",
            f"export EXAMPLES={shlex.quote(folder)}",
            "",
            "# A new key: 201 created. The same again: 200 unchanged",
            _curl("new"),
            "",
            "# A dry run does everything but the write: 200 unchanged, as this key is there by now",
            _curl("dry-run"),
            "",
            "# A bad request: 422, with everything that is wrong with it",
            _curl("bad"),
            "",
            "# Two requests in an array: 207, with an answer for each",
            _curl("many"),
            "",
            "# The same key, sent as the caller that signs",
            f'{local}.send "$EXAMPLES/alice.pub" --name alice_laptop \\',
            f'  --url "$FUNCTION_URL" --secret-env {signing.variable}',
            "",
            "# A command in a chat, as Slack would send it; and a look at a key pair",
            f'{local}.chat slack help --url "$FUNCTION_URL"',
            f'{local}.chat slack "show alice_laptop" --url "$FUNCTION_URL"',
            "",
            "# Which key pairs there are: a table, and a line about all of them",
            f'{local}.look --url "$FUNCTION_URL" --api-key-env API_KEY',
            "",
            "# An invitation: open the link in a browser, and hand in a key as bob_laptop",
            f"# {link}",
            "",
            "# Is the function set up?",
            "curl -sS -i -w '\\n' \"$FUNCTION_URL/health\"",
            "",
            "# What the stand-in holds by now",
            f"curl -sS -w '\\n' {stage.cvm.url}/_control/key-pairs",
            "",
            "# The snippets of README run with the files of the examples and the Python of the project",
            "PROJECT=$PWD",
            f'python() {{ PYTHONPATH=$PROJECT {_python_elsewhere()} "$@"; }}',
            'cd "$EXAMPLES"',
            "",
        ]
    )


def _python() -> str:
    """Return the running interpreter as a shell takes it here."""
    python, here = Path(sys.executable), Path.cwd()
    return shlex.quote(str(python.relative_to(here) if python.is_relative_to(here) else python))


def _python_elsewhere() -> str:
    """Return the running interpreter as a shell takes it in another directory."""
    python = _python()
    return python if python.startswith(("/", "'")) else f'"$PROJECT/{python}"'


def _curl(name: str) -> str:
    return (
        'curl -sS -i -w \'\\n\' "$FUNCTION_URL/key-pairs" -H "Authorization: Bearer $API_KEY" \\\n'
        f"  -H 'Content-Type: application/json' -d @\"$EXAMPLES/{name}.json\""
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m local.serve",
        description=_DESCRIPTION,
        formatter_class=Help,
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
        type=assignment,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a variable of the function, such as MIN_RSA_BITS=3072; may be repeated",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
