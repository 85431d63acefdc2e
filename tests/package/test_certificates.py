"""The package's authorities, one file each, under the names that OpenSSL looks for."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import certifi
import pytest

from local.cvm import Options, StandIn, serve
from local.tls import Authority
from package import ROOT, certificates

HOST = "cvm.tencentcloudapi.com"

#: Connects by the function's own TLS to each host in turn, and says how that ended and how many certificates
#: OpenSSL has read by then. Nothing but the function and the standard library is on its path.
CONNECTING = """
import socket, sys
folder, port, *hosts = sys.argv[1:]
sys.path.insert(0, folder)
from handler.upstream import tls
for host in hosts:
    try:
        with tls.secure(lambda: socket.create_connection(("127.0.0.1", int(port)), 5), host) as sock:
            print(sock.version(), len(tls._context().get_ca_certs()))
    except OSError as error:
        print(type(error).__name__, error.verify_code)
"""

REFUSED = "SSLCertVerificationError {}"
NO_ISSUER, WRONG_NAME = 20, 62  # x509_vfy.h


def pythons() -> list[str]:
    """Return the Pythons at hand: this one, and the newest."""
    found = subprocess.run(["local/find-python", "newest"], cwd=ROOT, capture_output=True, text=True).stdout
    return sorted({sys.executable, found.strip() or sys.executable})


Connect = Callable[..., list[str]]


@pytest.fixture
def cvm(tmp_path: Path) -> Iterator[StandIn]:
    """Yield a stand-in that speaks HTTPS; its authority is `ca.pem`."""
    with serve(Options(rate=0, authority=Authority(tmp_path))) as stand_in:
        yield stand_in


@pytest.fixture
def connect(tmp_path: Path, cvm: StandIn) -> Connect:
    """Connect to the stand-in from a package that trusts certifi's authorities and the stand-in's."""

    def run(python: str, *hosts: str, trusted: bool = True, names: str = "{}") -> list[str]:
        code = Path(tmp_path, f"code{len(list(tmp_path.iterdir()))}")
        (code / certificates.FOLDER).mkdir(parents=True)
        (code / "handler").symlink_to(ROOT / "handler")
        bundle = Path(certifi.where()).read_bytes() + ((tmp_path / "ca.pem").read_bytes() if trusted else b"")
        for path, data in certificates.split(bundle):
            file = code / path
            file.with_name(names.format(file.name)).write_bytes(data)
        command = [python, "-c", CONNECTING, str(code), str(cvm.tls_port), *hosts]
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    return run


@pytest.mark.slow
def test_every_python_at_hand_reads_the_one_certificate_that_it_needs(connect: Connect) -> None:
    """Of more than a hundred; a name that the certificate is not for is refused all the same."""
    for python in pythons():
        assert connect(python, HOST, "evil.example", HOST) == [
            "TLSv1.3 1",
            REFUSED.format(WRONG_NAME),
            "TLSv1.3 1",
        ]


@pytest.mark.slow
def test_an_authority_that_is_not_there_is_not_trusted(connect: Connect) -> None:
    """By every Python at hand, however often it is asked; all others have been looked at by then."""
    for python in pythons():
        assert connect(python, HOST, HOST, trusted=False) == [REFUSED.format(NO_ISSUER)] * 2


@pytest.mark.slow
def test_where_openssl_does_not_find_the_files_all_are_read_once(connect: Connect) -> None:
    """As with an OpenSSL that names them otherwise; it verifies as well."""
    for python in pythons():
        first, wrong, again = connect(python, HOST, "evil.example", HOST, names="not-a-hash-{}")
        assert first == again
        assert int(first.removeprefix("TLSv1.3 ")) > 100
        assert wrong == REFUSED.format(WRONG_NAME)


def test_the_names_are_those_of_openssl(tmp_path: Path, missing: Callable[[str, str], None]) -> None:
    """`openssl x509 -subject_hash` says the same; a second certificate of one name is counted up."""
    Authority(tmp_path)
    own = (tmp_path / "ca.pem").read_bytes()
    first, second = certificates.split(own + b"a comment between them\n" + own)
    assert re.fullmatch(r"certificates/[0-9a-f]{8}\.0", first.path)
    assert second == (first.path[:-1] + "1", first.data)
    try:
        command = ["openssl", "x509", "-noout", "-subject_hash", "-in", str(tmp_path / "ca.pem")]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except FileNotFoundError:
        missing("openssl", "the names of the package's certificates against the program's")
        return
    assert first.path == f"certificates/{printed.strip()}.0"


def test_a_bundle_without_certificates_stops_the_build() -> None:
    """A package that trusts nobody would look right and reach nothing."""
    with pytest.raises(ValueError, match=r"certifi/cacert\.pem holds no certificate"):
        list(certificates.split(b"-----BEGIN NOTHING-----\n"))
