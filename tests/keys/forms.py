"""Builds keys byte by byte, in every form that a test needs, sound and broken."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

VECTORS: dict[str, Any] = json.loads(Path(__file__).with_name("vectors.json").read_text("ascii"))


class Numbers(NamedTuple):
    """An RSA public key."""

    e: int
    n: int


def numbers(key: dict[str, str]) -> Numbers:
    """One entry of the vectors."""
    return Numbers(int(key["e"], 16), int(key["n"], 16))


SOUND = {name: numbers(key) for name, key in VECTORS["sound"].items()}
WEAK = {
    (reason, name): numbers(key) for reason, keys in VECTORS["weak"].items() for name, key in keys.items()
}
P, Q = (int(VECTORS["primes"][name], 16) for name in "pq")
E, N = SOUND["2048"]
D = pow(E, -1, (P - 1) * (Q - 1))


def string(data: bytes) -> bytes:
    """RFC 4251, section 5: string."""
    return len(data).to_bytes(4, "big") + data


def mpint(n: int) -> bytes:
    """RFC 4251, section 5: mpint, of a number that is not negative."""
    return string(n.to_bytes((n.bit_length() + 8) // 8, "big") if n else b"")


def blob(e: int = E, n: int = N, kind: bytes = b"ssh-rsa") -> bytes:
    """RFC 4253, section 6.6: an RSA key."""
    return string(kind) + mpint(e) + mpint(n)


def b64(data: bytes) -> str:
    """Base64 on one line, padded."""
    return base64.b64encode(data).decode()


def line(e: int = E, n: int = N) -> str:
    """Return the line of a `.pub` file, without comment."""
    return "ssh-rsa " + b64(blob(e, n))


def filler(label: str, size: int) -> bytes:
    """Bytes that look random and are the same every time."""
    return b"".join(hashlib.sha256(f"{label} {i}".encode()).digest() for i in range(size // 32 + 1))[:size]


def other_keys() -> dict[str, str]:
    """Lines of the other types, without comment. Their numbers are made up: nobody looks at them."""
    point = b"\4" + filler("point", 64)
    ed25519 = filler("ed25519", 32)
    nonce = string(filler("nonce", 32))
    certified = (
        bytes(8) + b"\0\0\0\1" + string(b"alice") + string(string(b"alice")) + bytes(8) + b"\xff" * 8
        + string(b"") + string(b"") + string(b"") + string(string(b"ssh-ed25519") + string(ed25519))
        + string(string(b"ssh-ed25519") + string(filler("signature", 64)))
    )  # fmt: skip

    def key(kind: str, *strings: bytes) -> str:
        return f"{kind} {b64(string(kind.encode()) + b''.join(strings))}"

    return {
        "ed25519": key("ssh-ed25519", string(ed25519)),
        "ed448": key("ssh-ed448", string(filler("ed448", 57))),
        "ecdsa": key("ecdsa-sha2-nistp256", string(b"nistp256"), string(point)),
        "ecdsa384": key("ecdsa-sha2-nistp384", string(b"nistp384"), string(b"\4" + filler("point", 96))),
        "ecdsa521": key("ecdsa-sha2-nistp521", string(b"nistp521"), string(b"\4" + filler("point", 132))),
        "dss": key("ssh-dss", *(mpint(int.from_bytes(b"\x7f" + filler(c, 127), "big")) for c in "pqgy")),
        "sk-ed25519": key("sk-ssh-ed25519@openssh.com", string(ed25519), string(b"ssh:")),
        "sk-ecdsa": key(
            "sk-ecdsa-sha2-nistp256@openssh.com", string(b"nistp256"), string(point), string(b"ssh:")
        ),
        "rsa-cert": key("ssh-rsa-cert-v01@openssh.com", nonce, mpint(E), mpint(N), certified),
        "rsa-cert-v00": key("ssh-rsa-cert-v00@openssh.com", mpint(E), mpint(N), certified),
        "ed25519-cert": key("ssh-ed25519-cert-v01@openssh.com", nonce, string(ed25519), certified),
        "ecdsa-cert": key(
            "ecdsa-sha2-nistp256-cert-v01@openssh.com", nonce, string(b"nistp256"), string(point), certified
        ),
        "mldsa": key("ssh-mldsa-44", string(filler("mldsa", 1312))),
    }


def der(tag: int, *parts: bytes) -> bytes:
    """X.690: one value."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(long)]) + long + content


def integer(n: int) -> bytes:
    """X.690: INTEGER."""
    return der(2, n.to_bytes((n.bit_length() + 8) // 8, "big"))


_RSA = der(0x30, bytes.fromhex("06092a864886f70d0101010500"))
_PBES2 = der(
    0x30,
    bytes.fromhex("06092a864886f70d01050d"),
    der(
        0x30,
        der(
            0x30, bytes.fromhex("06092a864886f70d01050c"), der(0x30, der(4, filler("salt", 8)), integer(2048))
        ),
        der(0x30, bytes.fromhex("060960864801650304012a"), der(4, filler("iv", 16))),
    ),
)


def private_der(p: int = P, q: int = Q) -> dict[str, bytes]:
    """Private keys as DER, by the name of their form."""
    n = p * q
    d = pow(E, -1, (p - 1) * (q - 1))
    pkcs1 = der(0x30, *map(integer, (0, n, E, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    p256 = der(0x30, bytes.fromhex("06072a8648ce3d020106082a8648ce3d030107"))
    sec1 = der(0x30, integer(1), der(4, filler("ec", 32)))
    return {
        "RSA PRIVATE KEY": pkcs1,
        "PRIVATE KEY": der(0x30, integer(0), _RSA, der(4, pkcs1)),
        "ENCRYPTED PRIVATE KEY": der(0x30, _PBES2, der(4, filler("encrypted", 1232))),
        "EC PRIVATE KEY": der(
            0x30,
            integer(1),
            der(4, filler("ec", 32)),
            der(0xA0, bytes.fromhex("06082a8648ce3d030107")),
            der(0xA1, der(3, b"\0\4" + filler("point", 64))),
        ),
        "EC PRIVATE KEY (P-384)": der(
            0x30,
            integer(1),
            der(4, filler("ec", 48)),
            der(0xA0, bytes.fromhex("06052b81040022")),
            der(0xA1, der(3, b"\0\4" + filler("point", 96))),
        ),
        "PRIVATE KEY (P-256)": der(0x30, integer(0), p256, der(4, sec1)),
        "PRIVATE KEY (Ed25519)": der(
            0x30, integer(0), bytes.fromhex("300506032b6570"), der(4, der(4, filler("ed25519", 32)))
        ),
        "DSA PRIVATE KEY": der(
            0x30, *(integer(n) for n in (0, 3 << 1022, 3 << 158, 3 << 1000, 3 << 1001, 3 << 150))
        ),
        "PKCS12": der(
            0x30, integer(3), der(0x30, bytes.fromhex("06092a864886f70d010701"), filler("p12", 900))
        ),
    }


def public_der() -> dict[str, bytes]:
    """Public keys as DER, by the name of their form."""
    pkcs1 = der(0x30, integer(N), integer(E))
    spki = der(0x30, _RSA, der(3, b"\0" + pkcs1))
    name = der(0x30, der(0x31, der(0x30, bytes.fromhex("0603550403"), der(0x0C, b"alice"))))
    signature = der(0x30, bytes.fromhex("06092a864886f70d01010b0500")), der(3, b"\0" + filler("s", 256))
    times = der(0x30, der(0x17, b"200101000000Z"), der(0x17, b"300101000000Z"))
    return {
        "PUBLIC KEY": spki,
        "RSA PUBLIC KEY": pkcs1,
        "CERTIFICATE": der(
            0x30,
            der(0x30, der(0xA0, integer(2)), integer(7), signature[0], name, times, name, spki),
            *signature,
        ),
        "CERTIFICATE REQUEST": der(0x30, der(0x30, integer(0), name, spki, der(0xA0)), *signature),
        "PUBLIC KEY (Ed25519)": der(0x30, bytes.fromhex("300506032b6570"), der(3, b"\0" + filler("e", 32))),
    }


def wrap(text: str, width: int = 64) -> str:
    """Return the text in lines of so many characters."""
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))


def pem(label: str, data: bytes, headers: str = "") -> str:
    """RFC 7468: a block."""
    label = label.split(" (")[0]
    return f"-----BEGIN {label}-----\n{headers}{wrap(b64(data))}\n-----END {label}-----\n"


def openssh_private(encrypted: bool = False) -> bytes:
    """OpenSSH's PROTOCOL.key."""
    secret = bytes(4) + bytes(4) + string(b"ssh-rsa")
    secret += b"".join(map(mpint, (N, E, D, pow(Q, -1, P), P, Q))) + string(b"alice@laptop") + b"\1\2\3"
    head = (
        string(b"aes256-ctr") + string(b"bcrypt") + string(string(filler("salt", 16)) + b"\0\0\0\x10")
        if encrypted
        else string(b"none") + string(b"none") + string(b"")
    )
    return b"openssh-key-v1\0" + head + b"\0\0\0\1" + string(blob()) + string(secret)


def ppk() -> str:
    """PuTTY's own form, version 3."""
    secret = b64(b"".join(map(mpint, (D, P, Q, pow(Q, -1, P)))))
    public = wrap(b64(blob())).splitlines()
    private = wrap(secret).splitlines()
    return "\r\n".join(
        [
            "PuTTY-User-Key-File-3: ssh-rsa",
            "Encryption: none",
            "Comment: rsa-key-20240101",
            f"Public-Lines: {len(public)}",
            *public,
            f"Private-Lines: {len(private)}",
            *private,
            f"Private-MAC: {filler('mac', 32).hex()}",
            "",
        ]
    )


def jwk(private: bool) -> str:
    """RFC 7517: a key as JSON."""

    def number(n: int) -> str:
        return base64.urlsafe_b64encode(n.to_bytes((n.bit_length() + 7) // 8, "big")).decode().rstrip("=")

    key = {"kty": "RSA", "n": number(N), "e": number(E), "kid": "alice"}
    return json.dumps(key | {"d": number(D), "p": number(P), "q": number(Q)} if private else key)


def private_keys() -> dict[str, str]:
    """Private keys as text, by the name of their form."""
    secrets = private_der()
    encrypted = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF0123456789ABCDEF\n\n"
    return {
        **{label: pem(label, data) for label, data in secrets.items() if label != "PKCS12"},
        "encrypted PEM": pem("RSA PRIVATE KEY", filler("pem", 1200), encrypted),
        "OpenSSH": pem("OPENSSH PRIVATE KEY", openssh_private()),
        "OpenSSH encrypted": pem("OPENSSH PRIVATE KEY", openssh_private(encrypted=True)),
        "PuTTY": ppk(),
        "ssh.com": "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\nComment: \"alice\"\n"
        + wrap(b64(bytes.fromhex("3f6ff9eb00000100") + filler("ssh.com", 300)))
        + "\n---- END SSH2 ENCRYPTED PRIVATE KEY ----\n",
        "PGP": "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n" + wrap(b64(filler("pgp", 600)))
        + "\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n",
        "JWK": jwk(private=True),
    }  # fmt: skip


def ssh2(comment: str = 'Comment: "rsa-key-20240101"\n') -> str:
    """RFC 4716: a public key as a block."""
    return (
        f"---- BEGIN SSH2 PUBLIC KEY ----\n{comment}{wrap(b64(blob()), 70)}\n---- END SSH2 PUBLIC KEY ----\n"
    )


def sha256(data: bytes) -> str:
    """Return a fingerprint as `ssh-keygen -l` prints it."""
    return "SHA256:" + b64(hashlib.sha256(data).digest()).rstrip("=")


def md5(data: bytes) -> str:
    """Return a fingerprint as `ssh-keygen -l -E md5` prints it, without its MD5:."""
    digest = hashlib.md5(data).hexdigest()
    return ":".join(digest[i : i + 2] for i in range(0, 32, 2))
