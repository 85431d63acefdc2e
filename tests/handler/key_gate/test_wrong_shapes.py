"""Which sentences a text of a wrong shape gets: the variant within its reason."""

from __future__ import annotations

import itertools

import pytest

from handler import problems
from handler.key_gate import wrong_shapes
from handler.key_gate.reasons import Reason
from tests.keys import cases
from tests.keys.refusal import REASONS, refusal_of, variant_of


@pytest.mark.parametrize(
    ("template", "variant"),
    [
        ("{{spki-pem}}", "PEM_PUBLIC"),
        ("{{spki-pem-lower}}", "PEM_PUBLIC"),
        ("{{pkcs1-pem}}", "PEM_RSA"),
        ("{{cert-pem}}", "PEM_CERTIFICATE"),
        ("{{csr-pem}}", "PEM_CERTIFICATE"),
        ("-----BEGIN TRUSTED CERTIFICATE-----", "PEM_CERTIFICATE"),
        ("-----BEGIN X509 CERTIFICATE-----", "PEM_CERTIFICATE"),
        ("-----BEGIN NEW CERTIFICATE REQUEST-----", "PEM_CERTIFICATE"),
        ("-----END NEW CERTIFICATE REQUEST-----", "PEM_CERTIFICATE"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "PEM_PGP"),
        ("-----BEGIN SSH SIGNATURE-----", "PEM_OTHER"),
        ("x\n-----end ssh signature-----", "PEM_OTHER"),
        ("{{spki-pem-b64}}", "PEM_OTHER"),
        ("{{spki-b64}}", "PEM_BARE"),
        ("{{ed25519-spki-b64}}", "PEM_BARE"),
        ("{{line-b64}}", "ENCODED_TWICE"),
        ("{{jwk}}", "JWK"),
        ("<RSAKeyValue><Modulus>AAAA</Modulus></RSAKeyValue>", "OTHER_FORMAT"),
        ("{{ssh2}}", "SSH2"),
        ("Subject: me\n{{blob}}", "SSH2"),
        ("Comment: none", "NOT_A_KEY"),
        ("{{ed25519}}", "ED25519"),
        ("{{ecdsa521}}", "ECDSA"),
        ("{{dss}}", "DSA"),
        ("{{dss-blob}}", "DSA"),
        ("ssh-dsa AAAAB3NzaC1kc2E", "DSA"),
        ("{{sk-ed25519}}", "SECURITY_KEY"),
        ("{{sk-ecdsa-blob}}", "SECURITY_KEY"),
        ("webauthn-sk-ecdsa-sha2-nistp256@openssh.com AAAA", "SECURITY_KEY"),
        ("rsa-sha2-512 {{blob}}", "SIGNATURE_NAME"),
        ("rsa-sha2-384 {{ed25519-blob}}", "OTHER_ALGORITHM"),
        ("{{mldsa}}", "OTHER_ALGORITHM"),
        ("ssh-foo {{blob}}", "TYPE_MISMATCH_OUTER"),
        ("ssh-ed25519 {{blob}}", "TYPE_MISMATCH_OUTER"),
        ("ssh-rsa {{ed25519-blob}}", "TYPE_MISMATCH"),
        ('"{{line}}"', "QUOTED"),
        ("{{line}},", "QUOTED"),
        ('ssh-rsa "{{blob}}"', "QUOTED"),
        ("\ufeff{{line}}", "INVISIBLE"),
        ("ssh\u2013rsa {{blob}}", "TYPOGRAPHIC"),
        ("SSH-RSA {{blob}}", "CAPITALS"),
        ("ssh-rsa%20{{blob}}", "URL_ENCODED"),
        ("my key\nssh-rsa&nbsp;{{blob}}", "HTML_ENCODED"),
        ("ssh-rsa&nbsp;{{blob}}", "HTML_ENCODED"),
        ("{{line}}\\n", "ESCAPED"),
        ("{{wrap64-literal}}", "ESCAPED"),
        ("ssh-rsa {{blob[:90]}}...", "ELLIPSIS"),
        ("ssh-rsa {{blob[:90]}}\u2026 alice", "ELLIPSIS"),
        ("my key: {{line}}", "WORDS_BEFORE"),
        ("我的公钥 {{line}}", "WORDS_BEFORE"),
        ("张三 {{line}} alice", "WORDS_BEFORE"),
        ("我的公钥：{{line}}", "WORDS_BEFORE"),
        ("「{{line}}」", "QUOTED"),
        ("【{{line}} alice】", "QUOTED"),
        ("《{{line}}》", "QUOTED"),
        ("（{{line}}）", "QUOTED"),
        ("{{line}}。", "QUOTED"),
        ("id_rsa.pub {{line}}", "WORDS_BEFORE"),
        ("我的公钥：\n{{line}}", "EXTRA_TEXT"),
        ("我的公钥：{{line[:70]}}\n{{line[70:]}}", "WRAPPED"),
        ("{{line}} alice\n谢谢！", "EXTRA_TEXT"),
        ("www.example.com/keys/alice.keys", "FILE_PATH"),
        ("ssh-rsa\u3000{{blob}}", "FULL_WIDTH"),
        ("> {{line[:70]}}\n> {{line[70:140]}}\n> {{line[140:]}}", "WRAPPED_IN_MAIL"),
        (">> {{line[:70]}}\n>> {{line[70:]}} alice", "WRAPPED_IN_MAIL"),
        ('"{{line[:70]}}\n{{line[70:]}}"', "WRAPPED"),
        ("~/.ssh/id_rsa.pub", "FILE_PATH"),
        (r"C:\Users\alice\.ssh\id_rsa.pub", "FILE_PATH"),
        ("https://example.com/keys/alice", "FILE_PATH"),
        (r"C:\Users\alice\key.ppk", "PPK_PATH"),
        ("ｓｓｈ－ｒｓａ　ＡＡＡＡＢ３ＮｚａＣ１ｙｃ２ＥＡＡＡＡＤＡＱＡＢ", "FULL_WIDTH"),
        ("{{line}} alice\nBye", "EXTRA_TEXT"),
        ("hello\n{{line}}", "EXTRA_TEXT"),
        ("ssh-rsa key {{blob}}", "EXTRA_TEXT"),
        ("{{line}}\nhello, Bob\nBye", "EXTRA_TEXT"),
        ("{{line}}\nhello, Bob", "EXTRA_TEXT"),
        ("ssh-rsa{{blob}}", "DAMAGED_TYPE"),
        ("ssh_rsa AAA{{blob[4:]}}", "DAMAGED_TYPE"),
        ("ssh-rsa:{{blob}}", "DAMAGED_TYPE"),
        ("ssh-rsa AAAB3NzaC1\nyc2E", "DAMAGED_START"),
        ("ssh-rsa {{blob[1:]}}", "DAMAGED_START"),
        ("ssh-rsa A{{blob}}", "DAMAGED_START"),
        ("ssh-rsa !{{blob[2:]}}", "DAMAGED_START"),
        ("ssh-rsa {{blob-lower}}", "DAMAGED_START"),
        ("ssh-rsa {{blob[:90]}}*{{blob[90:]}}", "FOREIGN_CHARACTER"),
        ("ssh-rsa {{blob3072-urlsafe}}", "URL_SAFE"),
        ("ssh-rsa {{blob[:90]}}={{blob[90:]}}", "INNER_PADDING"),
        ("{{line4096}}==", "INNER_PADDING"),
        ("{{line4096}}=", "INNER_PADDING"),
        ("{{line3072}}=", "MISSING_PADDING"),
        ("{{line}}=", "MISSING_PADDING"),
        ("{{line}}A", "MISSING_PADDING"),
        ("ssh-rsa {{blob3072[:-1]}}", "MISSING_PADDING"),
        ("ssh-rsa {{blob3072-bits}}", "UNUSED_BITS"),
        ("ssh-rsa", "NO_DATA"),
        ("ssh", "NO_DATA"),
        ("ssh-rsa AAAA", "TRUNCATED_EARLY"),
        ("ssh-rsa {{blob-no-n}}", "TRUNCATED_EARLY"),
        ("ssh-rsa {{blob-only-type}}", "TRUNCATED_EARLY"),
        ("ssh-rsa {{blob[:100]}}", "TRUNCATED"),
        ("ssh-rsa {{blob-n-huge}}", "BAD_LENGTH"),
        ("ssh-rsa {{blob-type-longer}}", "BAD_LENGTH"),
        ("ssh-rsa B{{blob[1:]}}", "BAD_LENGTH"),
        ("ssh-rsa {{blob-n-negative}}", "NEGATIVE"),
        ("ssh-rsa {{blob-e-padded}}", "ZERO_PADDED"),
        ("ssh-rsa {{blob-n-zero}}", "ZERO"),
        ("ssh-rsa hello", "NOT_KEY_DATA"),
        ("ssh-rsa *", "NOT_KEY_DATA"),
        ("hello", "NOT_A_KEY"),
    ],
    ids=map(str, itertools.count()),
)
def test_variant(template: str, variant: str) -> None:
    """Within a reason the sentences are those of what really happened."""
    assert variant_of(refusal_of(cases.expand(template))) == variant


@pytest.mark.slow
def test_every_reason_is_met() -> None:
    """Each reason of a key's form, with its sentences, is the answer to some text of the table."""
    found = {variant_of(refusal_of(case.text)) for case in cases.cases() if case.reason != "ok"}
    invalid = {name for name, reason in REASONS.items() if reason.kind.slug == "invalid-public-key"}
    assert invalid - found - {"SECOND_OPINION"} == {"PRIVATE_KEY"}


@pytest.mark.parametrize(
    "host",
    [
        "a",
        "a.b",
        "10.0.0.1",
        "[a.b]:22",
        "[::1]:22",
        "2001:db8::1",
        "fe80::1%eth0",
        "*",
        "*.a,!b.a",
        "a_b",
        "host?",
        "A1",
    ],
    ids=map(str, itertools.count()),
)
def test_hosts(host: str) -> None:
    """What known_hosts names a server by, right before the type, makes it a line of that file."""
    line = cases.expand("{{line}}")
    expected = "paste-damage" if host == "*" else "known-hosts"
    assert refusal_of(f"{host} {line}").reason == expected
    assert refusal_of(f"{host}\t{line}").reason == expected
    assert refusal_of(f"{host}={line}").reason in {"paste-damage", "options"}
    assert refusal_of(f"{host}: {line}").reason == "paste-damage"


@pytest.mark.parametrize("name", sorted({*wrong_shapes._OPTION_NAMES, "no-pty", "no-x11-forwarding"}))
def test_options(name: str) -> None:
    """Each option that sshd knows is recognised, in any letters, with a value or without."""
    line = cases.expand("{{line}}")
    for prefix in (name, name.upper(), f'{name}="a b, \\"c\\""', f"{name},x", f"{name}=x", f"{name}, x"):
        assert refusal_of(f"{prefix} {line}").reason == "options"


def test_unknown_option_with_a_value() -> None:
    """An option that sshd does not know is recognised by its value, but a shell's assignment is none."""
    line = cases.expand("{{line}}")
    assert refusal_of(f'foo="bar" {line}').reason == "options"
    assert refusal_of(f'foo="b\\"ar",baz {line}').reason == "options"
    assert refusal_of(f"foo={line}").reason == "paste-damage"
    assert refusal_of(f'foo="{line}"').reason == "paste-damage"


def test_sentences_are_sentences() -> None:
    """Every detail and remedy is a full sentence without anything that could be mistaken for the text."""
    for reason in REASONS.values():
        assert isinstance(reason, Reason)
        for sentence in (reason.detail, reason.remedy):
            assert sentence[0].isupper() or sentence.startswith("`")
            assert sentence.endswith(".")
            assert sentence.isascii()
            assert "  " not in sentence
    assert {reason.slug for reason in REASONS.values() if reason.kind is problems.InvalidPublicKey} == {
        "empty", "too-long", "private-key", "multiple-keys", "wrapped", "pem", "ssh2", "certificate",
        "wrong-algorithm", "options", "known-hosts", "bare-blob", "fingerprint", "file-path", "paste-damage",
        "bad-base64", "truncated", "trailing-data", "type-mismatch", "bad-integer", "bad-comment",
        "not-a-key",
    }  # fmt: skip
    assert {reason.slug for reason in REASONS.values() if reason.kind is problems.WeakPublicKey} == {
        "too-small", "too-large", "bad-exponent", "even-modulus", "small-factor", "close-primes", "square",
        "roca", "sparse-modulus", "known-key",
    }  # fmt: skip
