"""A process finds the stand-in under its real name, over TLS, and nothing else is changed."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cvm import Options, StandIn, serve
from local.tls import Authority, route
from tests.local.gateway.client import Run

HOST = "cvm.tencentcloudapi.com"

#: A function that asks CVM's real name for anything, trusting what `certifi`-like code would load.
ASKING = """
    import http.client, ssl
    def main_handler(event, context):
        connection = http.client.HTTPSConnection(event, timeout=60, context=ssl.create_default_context())
        connection.request("GET", "/")
        reply = connection.getresponse()
        return [reply.status, connection.sock.version(), "route" in __import__("sys").modules]
"""


@pytest.fixture
def cvm(tmp_path: Path) -> Iterator[StandIn]:
    """Yield a stand-in that speaks HTTPS as well."""
    with serve(Options(rate=0, authority=Authority(tmp_path))) as stand_in:
        yield stand_in


def handshake(host: str, context: ssl.SSLContext) -> str | None:
    """Connect to a host and return the protocol."""
    with (
        socket.create_connection((host, 443), 5) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        return secure.version()


def test_an_instance_goes_the_real_way(cvm: StandIn, tmp_path: Path, run: Run) -> None:
    """Names and certificate are verified, and the function has no setting for it."""
    gateway = run(ASKING, routes=cvm.routes, ca=tmp_path / "ca.pem")

    assert gateway.invoke(HOST).result == [200, "TLSv1.3", False]
    assert gateway.invoke("cvm.ap-shanghai.tencentcloudapi.com").result == [200, "TLSv1.3", False]


def test_without_the_authority_nobody_is_trusted(cvm: StandIn, run: Run) -> None:
    """A route alone ends at the verification of the certificate."""
    failure = run(ASKING, routes=cvm.routes).invoke(HOST).failure

    assert failure is not None
    assert "CERTIFICATE_VERIFY_FAILED" in failure.stack


@pytest.mark.parametrize("loading", ["default", "bundle"])
def test_in_this_process(cvm: StandIn, tmp_path: Path, loading: str) -> None:
    """A context that loads authorities of its own in either way trusts this one too, until it is undone."""
    empty = tmp_path / "other"
    empty.mkdir()
    other = Authority(empty).ca
    undo = route.install({**cvm.routes, "*.example.com": cvm.tls_port}, str(tmp_path / "ca.pem"))
    try:
        context = ssl.create_default_context(cafile=None if loading == "default" else str(other))
        assert handshake(HOST, context) == "TLSv1.3"
        with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
            handshake("a.b.example.com", context)
        assert socket.getaddrinfo("127.0.0.1", 80)[0][4] == ("127.0.0.1", 80)
    finally:
        undo()
    unrouted = ssl.create_default_context(cafile=str(other))
    with (
        socket.create_connection(("127.0.0.1", cvm.tls_port), 5) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        unrouted.wrap_socket(plain, server_hostname=HOST)


def test_a_stand_in_without_an_authority_has_no_routes() -> None:
    """Nothing is routed where nothing speaks HTTPS."""
    with serve() as plain:
        assert (plain.tls_port, plain.routes) == (0, {})
