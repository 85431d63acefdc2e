"""The stand-ins for CVM and COS as processes of their own, so that nothing of it is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from bench.subjects import ROOT
from local.cvm import Credential
from local.sts import KnownRole

#: What the measured role signs with.
CREDENTIAL = Credential("AKIDbench", "key-of-the-bench", "token-of-the-bench")


#: CVM's name, which the certificate of the stand-in is for.
HOST = "cvm.tencentcloudapi.com"


class Secure(NamedTuple):
    """A stand-in over HTTPS: its ports on this machine, and the certificate of its authority."""

    port: int
    sts_port: int
    ca: Path


#: A role in another account, which the measured role may assume.
ROLE = KnownRole("qcs::cam::uin/200000000002:roleName/ImportKeyPair", "shared-by-both-accounts")


class Accounts(NamedTuple):
    """Where a stand-in for several accounts answers: CVM, and STS."""

    cvm: str
    sts: str


@contextmanager
def accounts() -> Iterator[Accounts]:
    """Yield a stand-in where `ROLE` can be assumed, over HTTP."""
    with _process(0, "count") as up:
        yield Accounts(up["endpoint"], up["stsEndpoint"])


@contextmanager
def running(rate: int = 0, message: str = "count") -> Iterator[str]:
    """Yield the URL of a stand-in without quota or objection to a key that is there already.

    Args:
        rate: how many requests it takes in a second, 0 for any number.
        message: how it refuses more: `count` or `limit+1`.
    """
    with _process(rate, message) as up:
        yield up["endpoint"]


@contextmanager
def secure(folder: Path) -> Iterator[Secure]:
    """Yield a stand-in over TLS 1.3, whose authority is made for it and written into the folder."""
    with _process(0, "count", "--tls", str(folder)) as up:
        port, sts_port = (int(up[name].rpartition(":")[2]) for name in ("tlsEndpoint", "stsTlsEndpoint"))
        yield Secure(port, sts_port, folder / "ca.pem")


@contextmanager
def objects() -> Iterator[str]:
    """Yield the URL of a stand-in for COS."""
    with _started("local.cos") as up:
        yield up["endpoint"]


@contextmanager
def _process(rate: int, message: str, *more: str) -> Iterator[dict[str, str]]:
    limits = ["--rate", str(rate), "--rate-message", message, "--quota", "0", "--same-key-twice"]
    role = ["--role", f"{ROLE.arn}={ROLE.external_id}"]
    with _started("local.cvm", *limits, *role, *more) as up:
        yield up


@contextmanager
def _started(module: str, *options: str) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", module, *options, "--credential", ":".join(CREDENTIAL)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
