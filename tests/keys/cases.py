"""Reads `cases.json`: texts that were never a key, or nearly one, by the reason that fits them.

In a text, `{{name}}` stands for one of `words()`, and `{{name[a:b]}}` for a slice of it, so that the
table can be read and holds no key material. "ok" is the reason of a text that has to be accepted.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
import urllib.parse
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.keys import forms
from tests.keys.forms import b64, blob, mpint, string, wrap

_TABLE = Path(__file__).with_name("cases.json")
_WORD = re.compile(r"\{\{([a-z0-9-]+)(?:\[(-?[0-9]*):(-?[0-9]*)\])?\}\}")


class Case(NamedTuple):
    """A text and the reason that fits it."""

    reason: str
    template: str
    text: str


def cases() -> list[Case]:
    """Return the whole table."""
    table: dict[str, list[str]] = json.loads(_TABLE.read_text("ascii"))
    return [
        Case(reason, template, expand(template))
        for reason, templates in table.items()
        for template in templates
    ]


def expand(template: str) -> str:
    """Return the text that a template stands for."""

    def word(found: re.Match[str]) -> str:
        text = words()[found[1]]
        if found[2] is None:
            return text
        return text[int(found[2] or 0) : int(found[3] or len(text))]

    return _WORD.sub(word, template)


@cache
def words() -> dict[str, str]:
    """Return what the names in templates stand for."""
    data = {name: b64(blob(*forms.SOUND[key])) for name, key in _SIZES.items()}
    line = "ssh-rsa " + data["blob"]
    others = forms.other_keys()
    return {
        **data,
        **{name.replace("blob", "line"): "ssh-rsa " + text for name, text in data.items()},
        **{f"line-{name}": forms.line(*key) for name, key in forms.SOUND.items()},
        **{f"weak-{reason}-{name}": forms.line(*key) for (reason, name), key in forms.WEAK.items()},
        **others,
        **{f"{name}-blob": text.split()[1] for name, text in others.items()},
        "ed25519-upper": "SSH-ED25519 " + others["ed25519"].split()[1],
        "ecdsa-wrapped": wrap(others["ecdsa"]),
        "rsa-cert-wrapped": wrap(others["rsa-cert"]),
        **_lengths(line),
        **_wrapped(line),
        **_encoded(data, line),
        **{f"blob-{name}": b64(changed) for name, changed in _changed().items()},
        **_containers(),
        **_prints(blob()),
    }


_SIZES = {"blob": "2048", "blob2": "2056", "blob3072": "3072", "blob4096": "4096"}


def _lengths(line: str) -> dict[str, str]:
    return {
        "blanks": " " * 500,
        "blanks-17000": " " * 17000,
        "long": "x" * 16385,
        "long-blanks": " " * 16385,
        "long-lines": f"{line}\n" * 60,
        "long-b64": "A" * 16385,
    }


def _wrapped(line: str) -> dict[str, str]:
    lines = wrap(line)
    return {
        **{f"wrap{width}": wrap(line, width) for width in (64, 70, 76, 80)},
        "wrap64-crlf": lines.replace("\n", "\r\n"),
        "wrap64-cr": lines.replace("\n", "\r"),
        "wrap64-indented": lines.replace("\n", "\n    "),
        "wrap64-backslash": lines.replace("\n", "\\\n"),
        "wrap64-blank-lines": lines.replace("\n", "\n\n"),
        "wrap64-blanks": lines.replace("\n", " "),
        "wrap64-literal": lines.replace("\n", "\\n"),
        "wrap20-blanks": wrap(line, 20).replace("\n", " "),
        "wrap20-blanks-3072": wrap(forms.line(*forms.SOUND["3072"]), 20).replace("\n", " "),
        "wrap72-blanks": wrap(line, 72).replace("\n", " "),
        "blob-wrapped70": wrap(line.split()[1], 70),
    }


def _encoded(data: dict[str, str], line: str) -> dict[str, str]:
    def urlsafe(text: str) -> str:
        return text.replace("+", "-").replace("/", "_")

    def next_letter(text: str) -> str:
        bare = text.rstrip("=")
        return bare[:-1] + chr(ord(bare[-1]) + 1) + text[len(bare) :]

    escaped = {ord(c): f"&#{ord(c)};" for c in "+/="}
    return {
        "blob3072-url": urllib.parse.quote(data["blob3072"], safe=""),
        "blob3072-html": data["blob3072"].translate(escaped),
        "blob-slashes": data["blob"].replace("/", "\\/"),
        "blob3072-urlsafe": urlsafe(data["blob3072"]),
        "blob4096-urlsafe": urlsafe(data["blob4096"]),
        "blob3072-bits": next_letter(data["blob3072"]),
        "blob4096-bits": next_letter(data["blob4096"]),
        "blob-lower": data["blob"].lower(),
        "blob-upper": data["blob"].upper(),
        "line-b64": b64((line + " alice\n").encode()),
        "hex": forms.blob().hex(),
        "line-html": html.escape(line),
    }


def _changed() -> dict[str, bytes]:
    """Blobs that were broken in one place."""
    whole, n, e = blob(), mpint(forms.N), mpint(forms.E)
    kind = string(b"ssh-rsa")
    head = kind + e
    modulus = n[4:]
    return {
        "cut-padded": whole[:100],
        "n-longer": head + (len(modulus) + 1).to_bytes(4, "big") + modulus,
        "n-shorter": head + (len(modulus) - 1).to_bytes(4, "big") + modulus,
        "n-huge": head + b"\xff\xff\xff\xff" + modulus,
        "e-longer": kind + b"\0\0\0\4" + e[4:] + n,
        "type-longer": b"\xff\xff\xff\xffssh-rsa" + e + n,
        "type-shorter": b"\0\0\0\6ssh-rsa" + e + n,
        "only-type": kind,
        "no-n": head,
        "plus-nul": whole + b"\0",
        "plus-1": whole + b"x",
        "plus-57": whole + forms.filler("surplus", 57),
        "third-number": whole + mpint(7),
        **{
            f"inner-{name}": blob(kind=inner)
            for name, inner in {
                "sha2": b"rsa-sha2-512",
                "short": b"rsa",
                "upper": b"SSH-RSA",
                "nul": b"ssh-rsa\0",
                "empty": b"",
                "latin": b"\xe9\xff",
                "blank": b"ssh-rsa ",
            }.items()
        },
        "n-negative": head + string(b"\x80" + modulus[2:]),
        "e-negative": kind + string(b"\x81\x00\x01") + n,
        "n-padded": head + string(b"\0" + modulus),
        "n-padded-much": head + string(bytes(9) + modulus),
        "e-padded": kind + string(b"\0" + e[4:]) + n,
        "n-empty": head + string(b""),
        "n-zero": head + string(b"\0"),
        "e-empty": kind + string(b"") + n,
        "e-zero": kind + string(b"\0") + n,
        "both-empty": kind + string(b"") + string(b""),
    }


def _containers() -> dict[str, str]:
    """Return the same key in other forms."""
    public = forms.public_der()
    names = {
        "spki": "PUBLIC KEY",
        "pkcs1": "RSA PUBLIC KEY",
        "cert": "CERTIFICATE",
        "csr": "CERTIFICATE REQUEST",
        "ed25519": "PUBLIC KEY (Ed25519)",
    }
    pems = {name: forms.pem(label, public[label]) for name, label in names.items()}
    ssh2 = forms.ssh2()
    return {
        **{f"{name}-pem": text for name, text in pems.items()},
        **{f"{name}-line": text.replace("\n", " ") for name, text in pems.items()},
        **{f"{name}-b64": b64(public[label]) for name, label in names.items()},
        "spki-pem-crlf": pems["spki"].replace("\n", "\r\n"),
        "spki-pem-escaped": pems["spki"].replace("\n", "\\n"),
        "spki-pem-lower": pems["spki"].lower(),
        "spki-pem-b64": b64(pems["spki"].encode()),
        "spki-b64-wrapped": wrap(b64(public["PUBLIC KEY"])),
        "cert-b64-wrapped": wrap(b64(public["CERTIFICATE"])),
        "ed25519-spki-b64": b64(public["PUBLIC KEY (Ed25519)"]),
        "ssh2": ssh2,
        "ssh2-crlf": ssh2.replace("\n", "\r\n"),
        "ssh2-no-comment": forms.ssh2(""),
        "ssh2-line": ssh2.replace("\n", " ").strip(),
        "ssh2-lower": ssh2.lower(),
        "ssh2-quoted": ssh2.replace("\n", "\n> "),
        "jwk": forms.jwk(private=False),
    }


def _prints(data: bytes) -> dict[str, str]:
    return {
        "fingerprint": forms.sha256(data),
        "md5": forms.md5(data),
        "md5-upper": forms.md5(data).upper(),
        "md5-plain": forms.md5(data).replace(":", ""),
        "sha256-hex": hashlib.sha256(data).hexdigest(),
    }
