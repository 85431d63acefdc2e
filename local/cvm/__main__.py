"""`python -m local.cvm`: a stand-in for CVM's key pair API on 127.0.0.1, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from local.columns import Help
from local.cvm.control import ROUTES
from local.cvm.faults import KINDS
from local.cvm.options import Options
from local.cvm.server import StandIn
from local.stand_in import arguments
from local.stand_in.credentials import DEFAULT
from local.sts import KnownRole
from local.sts.roles import ARN

_DESCRIPTION = """\
A stand-in for the key pair API of Tencent Cloud CVM (ImportKeyPair, DescribeKeyPairs, DeleteKeyPairs,
ModifyKeyPairAttribute, version 2017-03-12). It listens on 127.0.0.1 only, speaks plain HTTP, verifies
TC3-HMAC-SHA256 signatures and tokens, keeps everything in memory and ends with Ctrl-C. STS (AssumeRole)
listens beside it and shares its credentials. When both are up, one line of JSON names their endpoints.
Point the SDK at CVM's with HttpProfile(protocol="http", endpoint="127.0.0.1:PORT"), tccli with
--endpoint http://127.0.0.1:PORT.
"""


def _role(text: str) -> KnownRole:
    arn, _, external_id = text.partition("=")
    if not ARN.fullmatch(arn):
        raise argparse.ArgumentTypeError("a role is qcs::cam::uin/UIN:roleName/NAME[=EXTERNAL_ID]")
    return KnownRole(arn, external_id)


# What each switch takes, and what people are told about it.
_SWITCHES: dict[str, tuple[dict[str, Any], str]] = {
    "--port": ({"type": arguments.port, "default": 0}, "where to listen on 127.0.0.1 (default: a free port)"),
    "--credential": (
        {"type": arguments.credential, "action": "append", "metavar": "ID:KEY[:TOKEN]"},
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
        {"type": arguments.port, "default": 0},
        "where STS listens on 127.0.0.1 (default: a free port)",
    ),
    "--quota": (
        {"type": arguments.count, "default": 100, "metavar": "N"},
        "key pairs that the account may have; 0 for no limit (default 100)",
    ),
    "--rate": (
        {"type": arguments.count, "default": 10, "metavar": "N"},
        """requests a second for each action and user, in windows that begin with the clock's second and
        count refused requests too; 0 for no limit (default 10)""",
    ),
    "--rate-message": (
        {"choices": ("count", "limit+1"), "default": "count"},
        """what a throttled request is told: how many there were in this second, or always one more than the
        limit (default count)""",
    ),
    "--project": (
        {"type": arguments.count, "action": "append", "default": [], "metavar": "ID"},
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
        {"type": arguments.authority, "dest": "authority", "metavar": "DIR"},
        """also speak HTTPS, on a free port, as cvm.tencentcloudapi.com and its regional names; an authority
        is made for this run and its certificate written to DIR/ca.pem. local.gateway takes both with
        --route and --ca""",
    ),
    "--keep-calls": (
        {"type": arguments.count, "default": 10_000, "metavar": "N"},
        "how many calls GET /_control/calls remembers (default 10000)",
    ),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local.cvm",
        description=_DESCRIPTION,
        epilog=arguments.epilog("local.cvm", ROUTES, KINDS, "ImportKeyPair"),
        formatter_class=Help,
    )
    for switch, (takes, says) in _SWITCHES.items():
        parser.add_argument(switch, help=says, **takes)
    return parser


def options(sent: Sequence[str]) -> Options:
    """Read the command line; argparse ends the process on a wrong one."""
    parsed = vars(_parser().parse_args(sent))
    credentials = tuple(parsed.pop("credential") or [arguments.from_environment()])
    projects = frozenset(parsed.pop("project"))
    roles = tuple(parsed.pop("role"))
    return Options(credentials=credentials, projects=projects, roles=roles, **parsed)


def _up(stand_in: StandIn) -> dict[str, str]:
    ports = {"tlsEndpoint": stand_in.tls_port, "stsTlsEndpoint": stand_in.sts.tls_port}
    tls = {name: f"https://127.0.0.1:{port}" for name, port in ports.items() if stand_in.tls_port}
    own = {"endpoint": stand_in.url, "stsEndpoint": stand_in.sts.url}
    return {**own, "secretId": stand_in.credentials.secret_id, **tls}


def main(sent: Sequence[str]) -> int:
    """Run a stand-in until it is told to end."""
    chosen = options(sent)
    return arguments.serve(lambda: StandIn(chosen), chosen.port, _up)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
