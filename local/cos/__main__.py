"""`python -m local.cos`: a stand-in for COS on 127.0.0.1, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from local.columns import Help
from local.cos.faults import KINDS
from local.cos.options import Options
from local.cos.server import ROUTES, Cos
from local.stand_in import arguments
from local.stand_in.credentials import DEFAULT

_DESCRIPTION = """\
A stand-in for Tencent Cloud's object storage, COS (GET, HEAD and PUT of objects, ranges included). It
listens on 127.0.0.1 only, speaks plain HTTP, verifies signatures and tokens, keeps everything in memory and
ends with Ctrl-C. The Host header names the bucket, BUCKET-APPID.cos.REGION.myqcloud.com. When it is up it
prints one line of JSON with its endpoint, for COS_ENDPOINT.
"""


def options(sent: Sequence[str]) -> Options:
    """Read the command line; argparse ends the process on a wrong one."""
    parser = argparse.ArgumentParser(
        "python -m local.cos",
        description=_DESCRIPTION,
        epilog=arguments.epilog("local.cos", ROUTES, KINDS, "GetObject"),
        formatter_class=Help,
    )
    add = parser.add_argument
    add("--port", type=arguments.port, default=0, help="where to listen on 127.0.0.1 (default: a free port)")
    add(
        "--credential",
        type=arguments.credential,
        action="append",
        metavar="ID:KEY[:TOKEN]",
        help="who may sign, repeatable; with a token it is temporary and x-cos-security-token has to match"
        f" (default: the variables TENCENTCLOUD_SECRETID and so on if set, else {':'.join(DEFAULT)})",
    )
    add(
        "--mint-secret",
        default=os.environ.get("CVM_MINT_SECRET", ""),
        metavar="SECRET",
        help="accept every temporary credential that local.cvm.mint makes with this secret (default: the"
        " variable CVM_MINT_SECRET if set, else none)",
    )
    add("--region", default=Options().region, help="where the buckets lie (default: ap-guangzhou)")
    add(
        "--keep-calls",
        type=arguments.count,
        default=10_000,
        metavar="N",
        help="how many calls GET /_control/calls remembers (default 10000)",
    )
    add(
        "--tls",
        type=arguments.authority,
        dest="authority",
        metavar="DIR",
        help="also speak HTTPS, on a free port; an authority is made for this run, DIR/ca.pem",
    )
    parsed = vars(parser.parse_args(sent))
    credentials = tuple(parsed.pop("credential") or [arguments.from_environment()])
    return Options(credentials=credentials, **parsed)


def _up(cos: Cos) -> dict[str, str]:
    tls = {"tlsEndpoint": f"https://127.0.0.1:{cos.tls_port}"} if cos.tls_port else {}
    return {"endpoint": cos.url, "secretId": cos.credentials.secret_id, **tls}


def main(sent: Sequence[str]) -> int:
    """Run a stand-in until it is told to end."""
    chosen = options(sent)
    return arguments.serve(lambda: Cos(chosen), chosen.port, _up)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
