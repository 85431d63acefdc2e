"""TLS to servers with a certificate of a public authority.

Building a context from certifi's bundle takes 202 million instructions, because OpenSSL reads 117
certificates to use one. So the package holds them one by one in `certificates/`, named as OpenSSL
looks for them (https://docs.openssl.org/3.0/man3/X509_LOOKUP_hash_dir/; package/certificates.py makes them),
and OpenSSL reads the one that it needs. An OpenSSL with other file names finds none. So at the first
certificate without an issuer, all of them are read once, and the check is repeated.
docs/decisions/upstream.md says more.
"""

from __future__ import annotations

import functools
import os
import ssl

from handler.record import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

#: Made with the package; a source tree has none, and reads certifi's bundle.
CERTIFICATES = os.path.join(
    os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "certificates"
)

#: What OpenSSL calls a certificate whose issuer it does not have (x509_vfy.h): UNABLE_TO_GET_ISSUER_CERT,
#: DEPTH_ZERO_SELF_SIGNED_CERT, SELF_SIGNED_CERT_IN_CHAIN, UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
#: UNABLE_TO_VERIFY_LEAF_SIGNATURE.
_NO_ISSUER = (2, 18, 19, 20, 21)


def secure(connect: Callable[[], socket.socket], host: str) -> ssl.SSLSocket:
    """Return a connection to the host under TLS, its certificate and its name verified.

    Args:
        connect: makes a connection whose timeout is the time that the handshake may take.
        host: the name or address that the certificate must be for.

    Raises:
        OSError: no connection, or no handshake with a server that can be trusted.
    """
    if not os.path.isdir(CERTIFICATES):
        _read_all()
    try:
        return _handshake(connect(), host)
    except ssl.SSLCertVerificationError as error:
        if error.verify_code not in _NO_ISSUER or _read_all.cache_info().currsize:
            raise
    _read_all()
    return _handshake(connect(), host)


def forget() -> None:
    """Build the context anew for the next connection."""
    _context.cache_clear()
    _read_all.cache_clear()


@functools.lru_cache(maxsize=1)
def _context() -> ssl.SSLContext:
    return ssl.create_default_context(capath=CERTIFICATES)


@functools.lru_cache(maxsize=1)
def _read_all() -> None:
    """Trust every authority, whatever its file is called."""
    if os.path.isdir(CERTIFICATES):
        for name in os.listdir(CERTIFICATES):
            _context().load_verify_locations(cafile=os.path.join(CERTIFICATES, name))
        return
    # Imported here: the package has no certifi.
    import certifi

    _context().load_verify_locations(cafile=certifi.where())


def _handshake(sock: socket.socket, host: str) -> ssl.SSLSocket:
    try:
        # As bytes: for a str Python would load the codec of international names.
        return _context().wrap_socket(sock, server_hostname=host.encode("ascii"))
    except BaseException:
        sock.close()
        raise
