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
from tests.faults.exchange import GOOD, HEAD, PATIENCE, ask, bounds, dribbling, once, silent, timed
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
        timed(NoReply, running.host, scheme="https")


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


@pytest.mark.parametrize("wrong", ["authority", "address", "no TLS", "silence"])
def test_without_tls_that_can_be_trusted_nothing_is_sent(
    wrong: str, tmp_path: Path, trusted: Callable[[Authority], None]
) -> None:
    """An unknown authority, another's certificate, a server that speaks no TLS or nothing at all."""
    authority = Authority(tmp_path, "127.0.0.2" if wrong == "address" else "127.0.0.1")
    if wrong == "address":
        trusted(authority)
    plain = {"no TLS": once(GOOD * 50), "silence": silent}
    serve = plain.get(wrong, authority.behind(repeating(GOOD)))
    with server(serve) as running:
        timed(NeverSent, running.host, bounds(left=PATIENCE), scheme="https")


def test_the_handshake_gets_only_what_connecting_has_left() -> None:
    """Together they end with the time, although each of them could take all of it."""
    readings: list[float] = []

    def leaping() -> float:
        # Connecting seems to take all but a little of five seconds.
        readings.append(time.monotonic() + (4.9 if len(readings) >= 2 else 0))
        return readings[-1]

    with server(silent) as running:
        begun = time.monotonic()
        timed(NeverSent, running.host, scheme="https", ambient=REAL._replace(monotonic=leaping))
        assert time.monotonic() - begun < 0.9


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


@pytest.mark.parametrize(("connecting", "least", "most"), [(0.0, 0.75, 1.5), (0.7, 0.05, 0.7)])
def test_an_address_that_never_shakes_hands_leaves_time_for_the_next(
    connecting: float,
    least: float,
    most: float,
    tmp_path: Path,
    trusted: Callable[[Authority], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its part of the time is for connecting and the handshake together."""
    authority = Authority(tmp_path)
    trusted(authority)
    readings: list[float] = []

    def leaping() -> float:
        # Connecting to the first address seems to take so long.
        readings.append(time.monotonic() + (connecting if len(readings) >= 2 else 0))
        return readings[-1]

    with server(silent) as deaf, server(authority.behind(repeating(GOOD))) as running:
        hosts = [(host.partition(":")[0], int(host.partition(":")[2])) for host in (deaf.host, running.host)]
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", host) for host in hosts]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: addresses)
        begun = time.monotonic()
        ambient = REAL._replace(monotonic=leaping)
        assert ask("127.0.0.1:443", bounds(left=1.6), scheme="https", ambient=ambient) == b"{}"
        assert least < time.monotonic() - begun < most


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
