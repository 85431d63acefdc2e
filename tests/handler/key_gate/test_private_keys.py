"""Private keys are recognised in every form and disguise, and nothing else is taken for one."""

from __future__ import annotations

import base64
import itertools
import json
import random
import urllib.parse
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from handler.key_gate import private_keys
from tests.conftest import LONG
from tests.keys import cases, forms
from tests.keys.refusal import refusal_of, variant_of

LINE = forms.line()
TEXTS = forms.private_keys()
DER = forms.private_der()

DISGUISES: dict[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "byte order mark": lambda text: "\ufeff" + text,
    "carriage returns": lambda text: text.replace("\n", "\r\n"),
    "old Macintosh": lambda text: text.replace("\n", "\r"),
    "escaped line ends": lambda text: text.replace("\n", "\\n"),
    "escaped twice": lambda text: text.replace("\n", "\\\\r\\\\n"),
    "JSON": lambda text: json.dumps({"key": text}),
    "one line": lambda text: text.replace("\n", " "),
    "nothing for line ends": lambda text: text.replace("\n", ""),
    "no-break spaces": lambda text: text.replace("\n", "\xa0").replace(" ", "\xa0"),
    "zero-width spaces": "\u200b".join,
    "indented": lambda text: text.replace("\n", "\n    "),
    "quoted mail": lambda text: "> " + text.replace("\n", "\n> "),
    "code fence": lambda text: f"```\n{text}```",
    "words before": lambda text: f"This is my key, please add it:\n{text}",
    "after a public line": lambda text: f"{LINE} alice\n{text}",
    "in the comment": lambda text: f"{LINE} " + text.replace("\n", " "),
    "before a public line": lambda text: f"{text}\n{LINE}",
    "UTF-16": lambda text: text.encode("utf-16-le").decode("latin-1"),
    "non-ASCII around": lambda text: f"\u674e\u96f7 {text} \U0001f511",
    "surrogates around": lambda text: f"\ud800{text}\udfff",
    "under too much": lambda text: "x" * 20_000 + "\n" + text,
    "over too much": lambda text: f"{text}\n" + "\u674e" * 20_000,
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_forms_and_disguises(disguise: str) -> None:
    """A private key file is recognised after every kind of damage."""
    for form, text in TEXTS.items():
        assert private_keys.found_in(DISGUISES[disguise](text)), form


@pytest.mark.parametrize("form", [name for name in TEXTS if "PRIVATE KEY-----" in TEXTS[name]])
def test_marker_lines(form: str) -> None:
    """The marker lines alone, in small letters, with other dashes, or one of the two, are enough."""
    lines = TEXTS[form].strip().splitlines()
    begin, end = lines[0], lines[-1]
    for text in (
        begin,
        end,
        begin.lower(),
        end.title(),
        begin.replace(" ", "\xa0"),
        begin.replace(" ", "%20"),
        begin.replace(" ", "_"),
        begin.replace("-----", "- - - - - "),
        begin.replace("-----", "\u2014"),
        "\n".join(["x", *lines[-3:]]),
        "\n".join(lines[:2]),
        begin.replace(" KEY", ""),
    ):
        assert private_keys.found_in(text), text


@pytest.mark.parametrize("name", DER)
def test_base64_without_markers(name: str) -> None:
    """The base64 of a private key is recognised without its marker lines, alone or in other text."""
    text = forms.b64(DER[name])
    for form in (
        text,
        forms.wrap(text),
        f"id_rsa={text}",
        f"my key {forms.wrap(text, 76)}",
        text[:60],
        text + " x",
    ):
        assert private_keys.found_in(form), form[:40]


@pytest.mark.parametrize("encrypted", [False, True])
def test_openssh_without_markers(encrypted: bool) -> None:
    """So is that of OpenSSH's own form; unencrypted, also when its first line is lost."""
    data = forms.openssh_private(encrypted)
    text = forms.b64(data)
    assert private_keys.found_in(text)
    assert private_keys.found_in("key:" + forms.wrap(text, 70))
    assert private_keys.found_in(data.decode("latin-1"))
    if not encrypted:
        assert private_keys.found_in("\n".join(forms.wrap(text, 70).splitlines()[1:]))


@pytest.mark.parametrize("form", [name for name in TEXTS if name not in {"JWK", "ssh.com"}])
def test_base64_of_a_file(form: str) -> None:
    """A file that is in base64 once more is recognised, as in a Kubernetes secret."""
    for start in ("", "x", "xy"):
        text = base64.b64encode((start + TEXTS[form]).encode()).decode()
        if start == "" or "PRIVATE KEY" in TEXTS[form].splitlines()[0]:
            assert private_keys.found_in(text)
            assert private_keys.found_in(forms.wrap(text, 76))


def test_json_web_keys() -> None:
    """A JSON Web Key with its private member is recognised however it is quoted, one without is none."""
    private, public = forms.jwk(private=True), forms.jwk(private=False)
    for quoted in (
        private,
        private.replace(" ", ""),
        json.dumps(private),
        private.replace('"', "'"),
        private.replace('"', "&quot;"),
        urllib.parse.quote(private),
        urllib.parse.quote(private, safe=":"),
        json.dumps(json.loads(private), indent=4),
        "x" * 20_000 + private,
    ):
        assert private_keys.found_in(quoted)
    for harmless in (
        public,
        json.dumps(public),
        '{"d": "short"}',
        '{"id": "0123456789012345678901234567890"}',
    ):
        assert not private_keys.found_in(harmless)


@pytest.mark.parametrize(
    "text",
    [
        "Private-Lines: 14",
        "private-mac: 0123",
        "Private-key-format: v1.3\nAlgorithm: 8 (RSASHA256)",
        "Modulus: 00\nprivateExponent:\n    00:ab",
        "PrivateExponent: abc",
        "SSH PRIVATE KEY FILE FORMAT 1.1",
        "AGE-SECRET-KEY-1QQQ",
        "DEK-Info: AES-128-CBC,00",
        "PuTTY-User-Key-File-2: ssh-rsa",
        "PUTTY-USER-KEY-FILE-3: SSH-RSA",
        "<RSAKeyValue><Modulus>abc</Modulus><D>abc</D></RSAKeyValue>",
        "BEGIN RSA PRIVATE KEY",
        "end private key",
        "my private key: " + "A1b2" * 10,
        "x" * 20_000 + " private key",
    ],
    ids=map(str, itertools.count()),
)
def test_other_signs(text: str) -> None:
    """Words that stand in private key files alone are enough."""
    assert private_keys.found_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "what is a private key?",
        "private key",
        "my private key: " + "A1b2" * 9 + "A1b",
        "Private: yes",
        "-KEY-",
        "-----BEGIN PUBLIC KEY-----\nabcd\n-----END PUBLIC KEY-----\nprivate",
        "<RSAKeyValue><Modulus>abc</Modulus></RSAKeyValue>",
        "<D>abc",
        LINE + " private key",
        LINE + " front-end private key of alice",
        LINE + " -- private key",
        LINE + " begin private key end",
        LINE + " <D> d: 'd'",
        LINE + " kty:d",
        forms.other_keys()["ecdsa"] + " private key",
        "x" * 20_000 + " private",
        "d" * 20_000 + '"d":"short"',
        *forms.other_keys().values(),
        forms.ssh2(),
        *(forms.pem(label, data) for label, data in forms.public_der().items()),
        *(forms.b64(data) for data in forms.public_der().values()),
        *(forms.b64(forms.pem(label, data).encode()) for label, data in forms.public_der().items()),
        *(forms.line(*key) for key in forms.SOUND.values()),
    ],
    ids=map(str, itertools.count()),
)
def test_nothing_else_is_one(text: str) -> None:
    """Public keys in all forms, and people's words in a comment, are no private keys."""
    assert not private_keys.found_in(text)


@pytest.mark.parametrize("bits", [2048, 3072, 4096] if LONG else [2048, 3072])
def test_lines_out_of_a_pem_file_are_part_of_it(bits: int) -> None:
    """A copy without its first line is recognised by the numbers inside; lines of a public key never are."""
    key = rsa.generate_private_key(65537, bits)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    body = private.decode().splitlines()[2:-1]
    assert refusal_of("\n".join(body)).reason == "private-key"
    assert refusal_of("\n".join(body)[7:]).reason == "private-key"
    for form in (PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1):
        lines = key.public_key().public_bytes(Encoding.PEM, form).decode().splitlines()
        for first in range(1, len(lines) - 1):
            assert not private_keys.is_part_of_pem("\n".join(lines[first:-1]))


def test_no_other_case_of_the_table_is_one() -> None:
    """No text of the table of hostile cases is taken for a private key."""
    assert [case.template for case in cases.cases() if private_keys.found_in(case.text)] == []


def test_random_public_keys_are_none() -> None:
    """No public key looks like a private one by chance."""
    source = random.Random(64)
    for _ in range(2000):
        assert not private_keys.found_in("ssh-rsa " + forms.b64(forms.blob(65537, source.getrandbits(4096))))


@pytest.mark.parametrize("form", TEXTS)
def test_nothing_of_it_is_told(form: str) -> None:
    """The answer holds no part of the key, and says how to go on."""
    problem = refusal_of(TEXTS[form])
    assert (problem.reason, variant_of(problem)) == ("private-key", "PRIVATE_KEY")
    text = problem.detail + problem.remedy + repr(problem)
    body = "".join(line for line in TEXTS[form].splitlines() if len(line) >= 60)
    assert not any(body[i : i + 8] in text for i in range(len(body) - 8))
    assert "leaked" in problem.remedy
