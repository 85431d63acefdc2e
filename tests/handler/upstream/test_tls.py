"""An exchange under TLS: nothing is sent to whom cannot be trusted."""

from __future__ import annotations

import datetime
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from handler.ambient import REAL
from handler.upstream import tls
from handler.upstream.transport import NeverSent, NoReply
from package import certificates
from tests.faults.exchange import (
    GOOD,
    HEAD,
    PATIENCE,
    ask,
    bounds,
    dribbling,
    failing,
    silent,
    timeouts,
)
from tests.faults.wire import Serve, repeating, server


class Authority:
    """A certificate for 127.0.0.1 and its key, and a TLS server that shows it."""

    def __init__(self, folder: Path, address: str = "127.0.0.1") -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
        names = [x509.IPAddress(ipaddress.ip_address(address))]
        now = datetime.datetime.now(datetime.timezone.utc)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName(names), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(key, hashes.SHA256())
        )
        self.path = folder / "certificate.pem"
        self.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        secret = folder / "key.pem"
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(self.path, secret)

    def behind(self, serve: Serve) -> Serve:
        """Put TLS before a server."""

        def encrypted(peer: socket.socket, number: int) -> None:
            with self._context.wrap_socket(peer, server_side=True) as inner:
                serve(inner, number)

        return encrypted


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Authority], None]]:
    """Let this authority be the one that certifi knows."""

    def trust(authority: Authority) -> None:
        monkeypatch.setattr("certifi.where", lambda: str(authority.path))
        tls.forget()

    yield trust
    tls.forget()


def test_tls_with_a_trusted_certificate_is_an_exchange_like_any(
    tmp_path: Path, trusted: Callable[[Authority], None]
) -> None:
    """Kept, reused and bounded as well."""
    authority = Authority(tmp_path)
    trusted(authority)
    with server(authority.behind(repeating(GOOD))) as running:
        assert [ask(running.host, scheme="https") for _ in range(3)] == [b"{}"] * 3
        assert running.connections == 1
    with server(authority.behind(dribbling(HEAD))) as running:
        failing(NoReply, running.host, bounds(patience=PATIENCE), scheme="https")


def test_the_trusted_certificates_are_read_once(
    tmp_path: Path, trusted: Callable[[Authority], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many connections follow: reading them costs as much as a hundred exchanges."""
    authority = Authority(tmp_path)
    trusted(authority)
    readings: list[str] = []

    def where() -> str:
        readings.append(str(authority.path))
        return readings[-1]

    monkeypatch.setattr("certifi.where", where)
    for _ in range(2):
        with server(authority.behind(repeating(GOOD))) as running:
            assert ask(running.host, scheme="https") == b"{}"
    assert len(readings) == 1


def shouting(peer: socket.socket, _number: int) -> None:
    """Answer whatever comes as a server does that speaks no TLS."""
    peer.recv(65536)
    peer.sendall(GOOD * 50)


@pytest.mark.parametrize("wrong", ["authority", "address", "no TLS", "silence"])
def test_without_tls_that_can_be_trusted_nothing_is_sent(
    wrong: str, tmp_path: Path, trusted: Callable[[Authority], None]
) -> None:
    """An unknown authority, another's certificate, a server that speaks no TLS or nothing at all."""
    authority = Authority(tmp_path, "127.0.0.2" if wrong == "address" else "127.0.0.1")
    if wrong == "address":
        trusted(authority)
    plain: dict[str, Serve] = {"no TLS": shouting, "silence": silent}
    serve = plain.get(wrong, authority.behind(repeating(GOOD)))
    with server(serve) as running:
        left = PATIENCE if wrong == "silence" else 60.0
        failing(NeverSent, running.host, bounds(left=left), scheme="https")


def test_the_handshake_gets_only_what_connecting_has_left() -> None:
    """Together they end with the time, although each of them could take all of it."""
    # Connecting seems to take all but a little of four seconds.
    moments = iter([0.0, 0.0, 0.0])
    ambient = REAL._replace(monotonic=lambda: 1000.0 + next(moments, 3.8))

    with server(silent) as running, timeouts() as waited:
        failing(NeverSent, running.host, scheme="https", ambient=ambient)
    assert waited[:2] == [pytest.approx(4.0), pytest.approx(0.2)]
    assert max(waited[1:]) < 0.21


def test_a_slow_handshake_is_awaited(tmp_path: Path, trusted: Callable[[Authority], None]) -> None:
    """As long as there is time."""
    authority = Authority(tmp_path)
    trusted(authority)
    encrypted = authority.behind(repeating(GOOD))

    def slow(peer: socket.socket, number: int) -> None:
        time.sleep(0.1)
        encrypted(peer, number)

    with server(slow) as running:
        assert ask(running.host, scheme="https") == b"{}"


def test_an_address_that_never_shakes_hands_leaves_time_for_the_next(
    tmp_path: Path, trusted: Callable[[Authority], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its part of the time is for connecting and the handshake together."""
    authority = Authority(tmp_path)
    trusted(authority)
    # Connecting to the first address seems to take most of its part, and the handshake the rest.
    moments = iter([0.0, 0.0, 0.0, 1.8])
    ambient = REAL._replace(monotonic=lambda: 1000.0 + next(moments, 2.0))

    with server(silent) as deaf, server(authority.behind(repeating(GOOD))) as running, timeouts() as waited:
        hosts = [(host.partition(":")[0], int(host.partition(":")[2])) for host in (deaf.host, running.host)]
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", host) for host in hosts]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        assert ask("127.0.0.1:443", bounds(left=4.0), scheme="https", ambient=ambient) == b"{}"
    assert waited[:2] == [pytest.approx(2.0), pytest.approx(0.2)]
    assert next(seconds for seconds in waited[2:] if seconds > 0.21) == pytest.approx(2.0)


@pytest.mark.parametrize(("names", "connections"), [("{}", 1), ("not-a-hash-{}", 2)])
def test_a_package_has_its_authorities_one_by_one(
    names: str, connections: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where OpenSSL does not find them by name, the handshake is tried once more with all of them."""
    authority = Authority(tmp_path)
    folder = tmp_path / certificates.FOLDER
    folder.mkdir()
    for path, data in certificates.split(authority.path.read_bytes()):
        (folder / names.format(Path(path).name)).write_bytes(data)
    monkeypatch.setattr(tls, "CERTIFICATES", str(folder))
    tls.forget()
    try:
        with server(authority.behind(repeating(GOOD))) as running:
            assert ask(running.host, scheme="https") == b"{}"
            assert running.connections == connections
    finally:
        tls.forget()


def test_a_handshake_that_fails_leaves_no_connection_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it fails for."""

    class Broken:
        def wrap_socket(self, *_arguments: object, **_named: object) -> ssl.SSLSocket:
            raise ssl.SSLError

    monkeypatch.setattr(tls, "_context", Broken)
    ours, theirs = socket.socketpair()
    with theirs, pytest.raises(ssl.SSLError):
        tls._handshake(ours, "127.0.0.1")
    assert ours.fileno() == -1
