"""`python -m local.cvm`: a stand-in for CVM's key pair API on 127.0.0.1, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from local.columns import Help
from local.cvm.control import ROUTES
from local.cvm.faults import KINDS, Fault
from local.cvm.options import Options
from local.cvm.server import StandIn
from local.open_files import open_files
from local.stand_in.credentials import DEFAULT, Credential
from local.sts import Role
from local.sts.roles import ARN

_DESCRIPTION = """\
A stand-in for the key pair API of Tencent Cloud CVM (ImportKeyPair, DescribeKeyPairs, DeleteKeyPairs,
ModifyKeyPairAttribute, version 2017-03-12). It listens on 127.0.0.1 only, speaks plain HTTP, verifies
TC3-HMAC-SHA256 signatures and tokens, keeps everything in memory and ends with Ctrl-C. STS (AssumeRole)
listens beside it and shares its credentials. When both are up, one line of JSON names their endpoints.
Point the SDK at CVM's with HttpProfile(protocol="http", endpoint="127.0.0.1:PORT"), tccli with
--endpoint http://127.0.0.1:PORT.
"""


def _credential(text: str) -> Credential:
    secret_id, _, rest = text.partition(":")
    secret_key, _, token = rest.partition(":")
    if not secret_id or not secret_key:
        raise argparse.ArgumentTypeError("a credential is ID:KEY or ID:KEY:TOKEN")
    return Credential(secret_id, secret_key, token)


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError("this has to be a whole number, 0 or more")
    return int(text)


def _port(text: str) -> int:
    if _count(text) > 65535:
        raise argparse.ArgumentTypeError("a port is at most 65535; the address is always 127.0.0.1")
    return int(text)


def _role(text: str) -> Role:
    arn, _, external_id = text.partition("=")
    if not ARN.fullmatch(arn):
        raise argparse.ArgumentTypeError("a role is qcs::cam::uin/UIN:roleName/NAME[=EXTERNAL_ID]")
    return Role(arn, external_id)


def _authority(text: str) -> Any:
    from local.tls import Authority  # not needed as a rule, and the start is to be quick

    try:
        return Authority(Path(text))
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from None


def _epilog() -> str:
    lines = ["control routes (JSON, for other processes; tests in Python use local.cvm.serve):"]
    lines += [f"  {route:<36}{says}" for route, says in ROUTES.items()]
    lines += ["", "kinds of faults for POST /_control/faults (join several with +):"]
    lines += [f"  {kind:<24}{says}" for kind, (says, _) in KINDS.items()]
    lines += ["", "what else a fault takes, with the defaults (times: null strikes for ever):"]
    lines += [f"  {json.dumps(Fault._field_defaults)}"]
    lines += [
        "",
        "an example, losing the reply to the second import from now on:",
        """  curl http://127.0.0.1:PORT/_control/faults \\""",
        """      -d '{"action": "ImportKeyPair", "kind": "drop-after", "nth": 2}'""",
    ]
    return "\n".join(lines)


# What each switch takes, and what people are told about it.
_SWITCHES: dict[str, tuple[dict[str, Any], str]] = {
    "--port": ({"type": _port, "default": 0}, "where to listen on 127.0.0.1 (default: a free port)"),
    "--credential": (
        {"type": _credential, "action": "append", "metavar": "ID:KEY[:TOKEN]"},
        f"""who may sign, repeatable; with a token it is temporary and X-TC-Token has to match (default: the
        variables TENCENTCLOUD_SECRETID, _SECRETKEY and _SESSIONTOKEN if set, else
        {":".join(DEFAULT)})""",
    ),
    "--mint-secret": (
        {"default": os.environ.get("CVM_MINT_SECRET", ""), "metavar": "SECRET"},
        """accept every temporary credential that local.cvm.mint makes with this secret, as a gateway does
        that hands out new ones with each call (default: the variable CVM_MINT_SECRET if set, else none)""",
    ),
    "--role": (
        {"type": _role, "action": "append", "default": [], "metavar": "ARN[=EXTERNAL_ID]"},
        """a role that STS beside the stand-in lets assume, qcs::cam::uin/UIN:roleName/NAME, repeatable; its
        account has key pairs, a quota and a rate of its own""",
    ),
    "--sts-port": (
        {"type": _port, "default": 0},
        "where STS listens on 127.0.0.1 (default: a free port)",
    ),
    "--quota": (
        {"type": _count, "default": 100, "metavar": "N"},
        "key pairs that the account may have; 0 for no limit (default 100)",
    ),
    "--rate": (
        {"type": _count, "default": 10, "metavar": "N"},
        """requests a second for each action and user, in windows that begin with the clock's second and
        count refused requests too; 0 for no limit (default 10)""",
    ),
    "--rate-message": (
        {"choices": ("count", "limit+1"), "default": "count"},
        """what a throttled request is told: how many there were in this second, or always one more than the
        limit (default count)""",
    ),
    "--project": (
        {"type": _count, "action": "append", "default": [], "metavar": "ID"},
        "a project that exists, repeatable; 0 always does",
    ),
    "--any-project": ({"action": "store_true"}, "every project exists"),
    "--any-region": (
        {"action": "store_true"},
        "any X-TC-Region will do, none too (default: required, and a region of Tencent Cloud)",
    ),
    "--strict-types": (
        {"action": "store_true"},
        """refuse an integer in text with InvalidParameter, as the real type check does (default: accept it,
        because the documented example sends "ProjectId": "0")""",
    ),
    "--documented-name-codes": (
        {"action": "store_true"},
        """refuse names with InvalidKeyPairNameEmpty, ...TooLong and ...IncludeIllegalChar, as documented
        (default: InvalidParameterValue, as observed)""",
    ),
    "--same-key-twice": (
        {"action": "store_true"},
        """accept a key that is there under another name (default: InvalidPublicKey.Duplicate, which is
        documented but was never seen)""",
    ),
    "--regional": (
        {"action": "store_true"},
        """key pairs belong to a region, quota included (default: to the account, as is documented and was
        never proved)""",
    ),
    "--ed25519": ({"action": "store_true"}, "accept ssh-ed25519 keys too (default: ssh-rsa only)"),
    "--tls": (
        {"type": _authority, "dest": "authority", "metavar": "DIR"},
        """also speak HTTPS, on a free port, as cvm.tencentcloudapi.com and its regional names; an authority
        is made for this run and its certificate written to DIR/ca.pem. local.gateway takes both with
        --route and --ca""",
    ),
    "--keep-calls": (
        {"type": _count, "default": 10_000, "metavar": "N"},
        "how many calls GET /_control/calls remembers (default 10000)",
    ),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.cvm",
        description=_DESCRIPTION,
        epilog=_epilog(),
        formatter_class=Help,
    )
    for switch, (takes, says) in _SWITCHES.items():
        parser.add_argument(switch, help=says, **takes)
    return parser


def _from_environment() -> Credential:
    names = ("TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SECRETKEY", "TENCENTCLOUD_SESSIONTOKEN")
    found = Credential(*(os.environ.get(name, "") for name in names))
    return found if found.secret_id and found.secret_key else DEFAULT


def options(arguments: Sequence[str]) -> Options:
    """Read the command line; argparse ends the process on a wrong one."""
    parsed = vars(_parser().parse_args(arguments))
    credentials = tuple(parsed.pop("credential") or [_from_environment()])
    projects = frozenset(parsed.pop("project"))
    roles = tuple(parsed.pop("role"))
    return Options(credentials=credentials, projects=projects, roles=roles, **parsed)


async def _run(stand_in: StandIn) -> None:
    end = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    up = {
        "endpoint": stand_in.url,
        "stsEndpoint": stand_in.sts.url,
        "secretId": stand_in.credentials.secret_id,
    }
    if stand_in.tls_port:
        up["tlsEndpoint"] = f"https://127.0.0.1:{stand_in.tls_port}"
    print(json.dumps(up), flush=True)
    await stand_in.run(end)


def main(arguments: Sequence[str]) -> int:
    """Run a stand-in until it is told to end."""
    chosen = options(arguments)
    open_files()
    try:
        stand_in = StandIn(chosen)
    except OSError as error:
        print(f"cannot listen on 127.0.0.1:{chosen.port}: {error.strerror}", file=sys.stderr)
        return 1
    asyncio.run(_run(stand_in))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
