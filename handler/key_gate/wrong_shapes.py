"""Names what a text is if it is not one line `ssh-rsa BASE64 [comment]`.

What programs do to pasted text is undone first. If something other than an RSA key is left, that is the
reason; if a good line is left, the damage is the reason. Every search is linear in the length of the text,
which has at most 16,384 characters.
"""

from __future__ import annotations

import re

from handler.key_gate import line as key_line
from handler.key_gate import other_reasons as other
from handler.key_gate import paste_damage, private_keys
from handler.key_gate import reasons as why
from handler.key_gate.reasons import Reason

# A type of key and blanks, before base64 of a length under 256 in four bytes.
_KEY = re.compile(
    r"(?<![A-Za-z0-9-])((?:ssh|ecdsa|sk|rsa|x509v3|webauthn|pgp|spki)-[A-Za-z0-9@.-]{1,60})[ \t]+(?=AAAA)",
    re.IGNORECASE,
)
# The beginning of a key's data: base64 of such a length and of "ss", "sk" or "ec"; and by itself.
_DATA = r"AAAA[A-K](?:[HXn3]N[zr]|[GWm2]Vj)"
_BLOB = re.compile(f"(?<![A-Za-z0-9+/=]){_DATA}")
_RSA_INSIDE = "zaC1yc2E"  # the end of "ssh-rsa" where its first characters are lost
_BASE64 = r"[A-Za-z0-9+/]+={0,2}"

# Matched in this order against the name of a type.
_TYPES = (
    (r".*-cert-v0[01]@openssh\.com", other.CERTIFICATE),
    (r"(?:webauthn-)?sk-.*", other.SECURITY_KEY),
    (r"ssh-ed25519.*", other.ED25519),
    (r"ecdsa-.*", other.ECDSA),
    (r"ssh-ds[sa]", other.DSA),
    (r"rsa-sha2-(?:256|512)", other.SIGNATURE_NAME),
)

# What stands behind BEGIN or END in the marker lines of other forms.
_MARKERS = (
    ("SSH2", other.SSH2),
    ("CERTIFICATE", other.PEM_CERTIFICATE),
    ("NEW CERTIFICATE", other.PEM_CERTIFICATE),
    ("TRUSTED CERTIFICATE", other.PEM_CERTIFICATE),
    ("X509 CERTIFICATE", other.PEM_CERTIFICATE),
    ("PGP", other.PEM_PGP),
    ("RSA PUBLIC KEY", other.PEM_RSA),
    ("PUBLIC KEY", other.PEM_PUBLIC),
)
# The beginning of DER (X.690) in base64: a SEQUENCE of 128 bytes and more, or one that is a public key.
_DER = r"M(?:I|Fkw|Cow|HYw)[A-Za-z0-9+/]{20}[A-Za-z0-9+/\s]*={0,2}"

_FINGERPRINT = (
    r"(?i)\bSHA(?:1|256|384|512):[A-Za-z0-9+/]{2}|\bMD5:[0-9a-f]{2}:"
    r"|(?<![0-9a-f:])(?:[0-9a-f]{2}:){15,31}[0-9a-f]{2}(?![0-9a-f:])"
    r"|\A(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[A-Za-z0-9+/]{43}=?)\Z"
    r"|\A\+-{2,}\[|\bSSHFP\b|\bx[a-z]{4}(?:-[a-z]{5}){6,}"
)
_PATH = (
    r"(?i)[\\/]\.ssh[\\/]|\.pub\b|\bid_(?:rsa|dsa|ecdsa|ed25519)|\Afile:"
    r"|\A(?:[\w.-]{1,60}/){0,9}[\w.-]{1,60}\.(?:pem|ppk|keys?|crt|cer|txt)\Z"
    r"|\A(?:\W{0,3}(?:cat|type|ssh-rsa) +)?[\"'`<@(]{0,3}"
    r"(?:~|\.\.?|[A-Za-z]:|\$\{?\w+\}?|%\w+%|file:|https?:|\\)?[\\/][^\s].*\Z"
)

_PPK = r"(?i)\.ppk\W*\Z"

# sshd(8), AUTHORIZED_KEYS FILE FORMAT; besides these there are many that begin with "no-".
_OPTION_NAMES = {
    "agent-forwarding", "cert-authority", "command", "environment", "expiry-time", "from", "permitlisten",
    "permitopen", "port-forwarding", "principals", "pty", "restrict", "tunnel", "user-rc",
    "verify-required", "x11-forwarding",
}  # fmt: skip
_OPTION = r'[A-Za-z0-9-]+(?:="(?:[^"\\]|\\.)*"|=[^\s",]*)?'
_HOSTS = r"[\w.*?\[\]:%!-]+(?:,[\w.*?\[\]:%!-]+)*"


def reason_of(line: str) -> Reason:
    """Why a text, without blanks and line ends around it, is not of the right shape."""
    other_form = _other_form(line)
    if other_form:
        return other_form
    if private_keys.is_part_of_pem(line):
        return why.PRIVATE_KEY
    if "AAAA" not in line:
        if re.search(_FINGERPRINT, line):
            return other.FINGERPRINT
        if re.search(_PATH, line):
            return other.PPK_PATH if re.search(_PPK, line) else other.FILE_PATH
    as_sent = _name(line)
    if as_sent is other.OPTIONS:  # whose values have quotation marks and escapes of their own
        return other.OPTIONS
    damage, text = paste_damage.undo(line)
    found = _name(text)
    if found is why.WRAPPED and damage is why.QUOTED:
        return why.WRAPPED_IN_MAIL if line.startswith(">") else found
    # Damage to the words around a key is not the reason to name.
    if damage and (found is None or (found in (why.WRAPPED, why.EXTRA_TEXT) and as_sent != found)):
        return damage
    return found or why.NOT_A_KEY


def holds_key(comment: str) -> bool:
    """Whether there is another key in the comment of a line."""
    return bool(re.search(f"{_DATA}|-- ?BEGIN ", comment) or _KEY.search(comment))


def _other_form(line: str) -> Reason | None:
    """Which other form of a public key the text is in, if any."""
    capitals = line.upper()
    for label, reason in _MARKERS:
        if f"BEGIN {label}" in capitals or f"END {label}" in capitals:
            return reason
    if "---BEGIN " in capitals or "---END " in capitals or line.startswith("LS0tLS1CRUdJTi"):
        return other.PEM_OTHER
    if capitals.startswith(("COMMENT:", "SUBJECT:")) and "AAAA" in line:
        return other.SSH2
    if line[0:1] == "M" and re.fullmatch(_DER, line):
        return other.PEM_BARE
    if line.startswith("c3NoLXJzYSBBQUFB"):
        return why.ENCODED_TWICE
    if '"kty"' in line:
        return other.JWK
    return other.OTHER_FORMAT if "<Modulus>" in line else None


def _name(text: str) -> Reason | None:
    """Return what the text is, or None where it is a line of the right shape."""
    if not text:
        return why.EMPTY
    shape = key_line.LINE.fullmatch(text)
    if shape:
        return why.MULTIPLE_KEYS if holds_key(shape[2] or "") else None
    keys, blobs = list(_KEY.finditer(text)), list(_BLOB.finditer(text))
    if keys:
        before = text[: keys[0].start()]
        place = _before(re.split(r"[\r\n]", before)[-1])
        if place is other.KNOWN_HOSTS:
            return place
        if len(keys) > 1 or len(blobs) > 1:
            return why.MULTIPLE_KEYS
        another = _other_type(keys[0][1], _inner_type(text[keys[0].end() :]))
        if another or place is other.OPTIONS:
            return another or place
        lines = [line.strip(" \t") for line in re.split(r"[\r\n]+", text[keys[0].start() :])]
        broken = _broken(lines) if len(lines) > 1 else None
        if broken is why.WRAPPED:  # the next reason, once the words are gone
            return broken
        return place or broken or (why.EXTRA_TEXT if before else _after_type(text))
    if len(blobs) > 1:
        return why.MULTIPLE_KEYS
    if blobs:
        return _only_data(text, blobs[0].start())
    return _without_data(text)


def _other_type(word: str, inner: str) -> Reason | None:
    """Why a key of this type cannot be imported, or None for RSA. `inner` is the type in its data."""
    word = word.lower()
    if word == "ssh-rsa":
        return None
    reason = _by_type(word)
    if inner == "ssh-rsa" and reason not in (other.CERTIFICATE, other.SIGNATURE_NAME):
        return why.TYPE_MISMATCH_OUTER
    return reason or other.OTHER_ALGORITHM


def _by_type(word: str) -> Reason | None:
    """Return what a key of this type is, if it is one of the known types other than RSA."""
    return next((reason for pattern, reason in _TYPES if re.fullmatch(pattern, word)), None)


def _inner_type(text: str) -> str:
    """Return the type of key that the data at the beginning of a text names, "" where it does not."""
    data = re.match("[A-Za-z0-9+/]*", text[:100])
    strings = key_line.strings(key_line.decode_base64(data[0] if data else "")).strings
    return strings[0].decode("ascii", "replace") if strings else ""


def _before(prefix: str) -> Reason | None:
    """Return what stands before a type of key on its line: None for nothing."""
    words = prefix.strip(" \t")
    if not words:
        return None
    if words.startswith(("|1|", "@cert-authority", "@revoked")):
        return other.KNOWN_HOSTS
    first = re.split('[=, \t"]', words, maxsplit=1)[0].lower()
    options = re.fullmatch(f"{_OPTION}(?:,{_OPTION})*", words)
    if first in _OPTION_NAMES or first.startswith("no-") or (options and "=" in words and prefix != words):
        return other.OPTIONS
    # Host names are ASCII, so words in other letters are not host names.
    hosts = words.isascii() and re.fullmatch(_HOSTS, words) and re.search(r"[\w*?\]]\Z", words)
    another_type = first == "ssh-rsa" or _by_type(first)
    if hosts and prefix != words and not words.isdigit() and not another_type and not words.endswith(".pub"):
        return other.KNOWN_HOSTS
    return why.WORDS_BEFORE


def _after_type(text: str) -> Reason:
    """Return what is wrong behind `ssh-rsa` and a blank, where data follows."""
    data = re.split("[ \t]+", text)[1]
    if ".." in data or "…" in data:
        return why.ELLIPSIS
    if re.fullmatch(_BASE64 + r"[\"'`,;.:)\]}>”’»，；：。、]+", data):
        return why.QUOTED
    if re.fullmatch("[A-Za-z0-9_-]+={0,2}", data):
        return why.URL_SAFE
    return why.FOREIGN_CHARACTER


def _broken(lines: list[str]) -> Reason:
    """Whether the lines behind a first one, which holds the type and data, go on with the data."""
    *middle, last = lines[1:]
    goes_on = all(re.fullmatch(_BASE64 + r" ?\\?", line) for line in middle)
    ends = re.match(_BASE64 + r"(?=[ \t]|\Z)", last) or not re.search("[ \t]", last)
    begins = len(re.split("[ \t]+", lines[0].rstrip("\\ "))) == 2
    return why.WRAPPED if begins and goes_on and ends else why.EXTRA_TEXT


def _only_data(text: str, start: int) -> Reason:
    """Return what a text is that holds the data of a key, from `start` on, without a type right before it."""
    inner = _inner_type(text[start:])
    another = _other_type(inner, inner) if inner else None
    if another:
        return another
    if start == 0:
        return why.BARE_BLOB
    before = text[:start]
    if re.fullmatch(r"ssh-\s*rsa\s*", before) and re.search(r"[\r\n]", before):
        return why.WRAPPED
    return why.QUOTED if re.fullmatch(r"ssh-rsa[ \t]+[^\w\s]+", before) else why.DAMAGED_TYPE


def _without_data(text: str) -> Reason:
    """Return what a text is that shows no data of a key."""
    if re.sub(r"\s", "", text).find(_RSA_INSIDE) >= 0:
        return why.DAMAGED_START if re.match(r"ssh-rsa[ \t]", text) else why.DAMAGED_TYPE
    word = re.split(r"\s", text, maxsplit=1)[0].lower()
    known = _by_type(word)
    if known:
        return known
    if len(text) > 2 and "ssh-rsa".startswith(text):
        return why.NO_DATA
    return why.NOT_KEY_DATA if word == "ssh-rsa" else why.NOT_A_KEY
