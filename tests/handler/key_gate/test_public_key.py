"""The key gate as a whole: what it lets through, what it refuses, and why."""

from __future__ import annotations

import itertools
import math
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import sshpubkeys
from hypothesis import given
from hypothesis import strategies as st

from handler import problems
from handler.key_gate import public_key, weak_keys
from tests.keys import cases, forms, judge
from tests.keys.refusal import read, reason_of, refusal_of, variant_of

TABLE = cases.cases()
LINE = forms.line()
Scaled = Callable[[int], int]
Missing = Callable[[str, str], None]


@pytest.mark.parametrize("reason", sorted({case.reason for case in TABLE}))
def test_reason_fits_the_cause(reason: str) -> None:
    """Each text of the table is accepted, or refused for the reason that the table has for it."""
    for case in TABLE:
        if case.reason == reason:
            assert reason_of(case.text) == reason, case.template


def test_sentences_hold_nothing_of_the_text() -> None:
    """A refusal's sentences are those of `key_reasons`, word for word; only counts are filled in."""
    for case in TABLE:
        if case.reason != "ok":
            problem = refusal_of(case.text)
            assert variant_of(problem), case.template
            assert problem.__cause__ is None
            assert problem.__context__ is None
            assert problem.args == (problem.slug,)


def test_record() -> None:
    """An accepted key comes with its numbers, its comment, its blob and the line to send."""
    key = public_key.parse(f"\r\n\t{LINE}  \t alice's laptop \t\n", 2048)
    assert key == (
        65537,
        forms.N,
        2048,
        "alice's laptop",
        forms.blob(),
        forms.sha256(forms.blob()),
        "MD5:" + forms.md5(forms.blob()),
        LINE,
    )
    assert public_key.parse(LINE, 2048).comment == ""


@pytest.mark.parametrize("name", forms.SOUND)
def test_line_to_send_is_the_key_itself(name: str) -> None:
    """Whatever stood around it, the line to send is `ssh-rsa` and the data, without the comment."""
    line = forms.line(*forms.SOUND[name])
    key = public_key.parse(line.replace(" ", " \t ") + "\talice", 2048)
    assert key.line == line
    assert key.bits == forms.SOUND[name].n.bit_length()


def test_longest_text() -> None:
    """A text of 16,384 characters is read, blanks included; with one more it is too long."""
    line = LINE + " "
    assert reason_of(line + "c" * (16384 - len(line))) == "ok"
    assert reason_of(line + "c" * (16385 - len(line))) == "too-long"
    assert reason_of(" " * (16385 - len(LINE)) + LINE) == "too-long"
    assert reason_of("\u674e" * 16385) == "too-long"


@pytest.mark.parametrize("name", ["2048", "3072", "4096"])
def test_cut_anywhere(name: str) -> None:
    """A line cut anywhere is refused; once the modulus has begun, the bytes that are missing are counted."""
    line = forms.line(*forms.SOUND[name])
    blob = forms.blob(*forms.SOUND[name])
    for length in range(len(line)):
        problem = refusal_of(line[:length])
        bytes_left = max(0, (len(line[:length].rstrip("=")) - len("ssh-rsa ")) * 6 // 8)
        missing = len(blob) - bytes_left
        if length < 3:
            assert problem.reason in {"empty", "not-a-key"}
        elif not missing:
            assert problem.reason == "bad-base64"
        else:
            assert problem.reason == "truncated"
            if bytes_left >= 22:
                unit = "byte" if missing == 1 else "bytes"
                assert problem.detail == f"The key's data is cut off: it ends {missing} {unit} early."


def test_data_pasted_three_times_is_counted() -> None:
    """Each repeat behind the padding of the one before is counted."""
    blob = forms.blob(*forms.SOUND["3072"])
    assert f"for {2 * len(blob)} bytes after" in refusal_of("ssh-rsa " + forms.b64(blob) * 3).detail


@pytest.mark.parametrize("surplus", [1, 2, 3, 57, 279])
def test_surplus_is_counted(surplus: int) -> None:
    """Data that goes on behind the key is refused with the number of bytes that are too many."""
    problem = refusal_of("ssh-rsa " + forms.b64(forms.blob() + b"\1" * surplus))
    assert problem.reason == "trailing-data"
    assert f"for {surplus} byte{'s' if surplus > 1 else ''} after" in problem.detail


@pytest.mark.parametrize("name", ["2048", "3072", "4096"])
def test_doubled_data_is_counted(name: str) -> None:
    """Data that was pasted twice is counted, padding between the halves or not."""
    blob = forms.blob(*forms.SOUND[name])
    problem = refusal_of(f"ssh-rsa {forms.b64(blob) * 2} alice")
    assert problem.reason == "trailing-data"
    assert f"for {len(blob)} bytes after" in problem.detail


def test_every_length_field() -> None:
    """A blob with a wrong length in it is refused, too long or too short by any amount."""
    blob = forms.blob()
    for offset in (0, 11, 18):
        right = int.from_bytes(blob[offset : offset + 4], "big")
        for wrong in {0, 1, right - 1, right + 1, right * 2, 255, 256, 2**15, 2**31 - 1, 2**31, 2**32 - 1}:
            if wrong != right:
                changed = blob[:offset] + wrong.to_bytes(4, "big") + blob[offset + 4 :]
                problem = refusal_of("ssh-rsa " + forms.b64(changed))
                assert isinstance(problem, problems.InvalidPublicKey)
                assert problem.reason in {"truncated", "trailing-data", "type-mismatch", "bad-integer"}


def test_minimum_is_the_callers() -> None:
    """The caller's minimum decides, and the refusal names both sizes and a command that does."""
    assert reason_of(LINE, 2048) == "ok"
    problem = refusal_of(LINE, 4096)
    assert problem.reason == "too-small"
    assert problem.detail == "The key has 2048 bits; at least 4096 are required here."
    assert "ssh-keygen -t rsa -b 4096 " in problem.remedy
    assert "-b 3072 " in refusal_of(LINE, 2049).remedy
    assert reason_of(forms.line(*forms.SOUND["16384"]), 16384) == "ok"


def test_first_bytes_of_numbers() -> None:
    """A number may begin with 0x7f, or with a zero where it would otherwise be negative."""
    for e in (0x7F, 0x7FFF, 0x61, 0x8001, 0x8101, 2**63 - 1, 2**63 + 1):
        assert reason_of(forms.line(e, forms.N)) == "ok"
    for first in (0x80, 0x81, 0xFF):
        base = first << 2040 | 1
        n = next(n for n in range(base, base + 10**6, 2) if _has_no_small_factor(n))
        assert reason_of(forms.line(65537, n)) != "bad-integer"


def _has_no_small_factor(n: int) -> bool:
    return math.gcd(n, weak_keys._small_primes()) == 1


def test_surplus_and_doubled_data_are_counted_together() -> None:
    """Surplus behind the key and the same again behind its padding are both too many."""
    text = forms.b64(forms.blob() + b"\1")
    problem = refusal_of(f"ssh-rsa {text}{text}")
    assert f"for {1 + 280} bytes after" in problem.detail


def test_too_large_names_its_size() -> None:
    """The refusal of a key that is too large names its size."""
    problem = refusal_of(forms.line(*forms.WEAK["too-large", "16385"]))
    assert problem.detail == "The key has 16385 bits; OpenSSH takes at most 16384."


def test_weak_is_another_problem_than_invalid() -> None:
    """A well-formed but unsafe key is a weak-public-key, anything else an invalid-public-key."""
    assert isinstance(refusal_of(LINE, 3072), problems.WeakPublicKey)
    assert isinstance(refusal_of(LINE[:-1]), problems.InvalidPublicKey)


def test_other_readers_veto(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that sshpubkeys reads as another key is refused, and its message is not shown."""

    # No key is known on which the two disagree, so one has to be made to.
    def contrary(self: sshpubkeys.SSHKey, line: str) -> None:
        raise ValueError(line)

    monkeypatch.setattr(sshpubkeys.SSHKey, "parse", contrary)
    problem = refusal_of(LINE)
    assert variant_of(problem) == "SECOND_OPINION"
    assert problem.__context__ is None


@pytest.mark.parametrize(
    "change",
    [
        {"bits": 2047},
        {"fingerprint": "SHA256:x"},
        {"fingerprint_md5": "MD5:00"},
        {"line": forms.other_keys()["ed25519"]},
        {"line": "ssh-rsa AAAA"},
        {"line": "\ud800"},
    ],
)
def test_other_reader_compares_everything(change: dict[str, object]) -> None:
    """Type, size and both fingerprints must be what sshpubkeys makes of the line."""
    key = public_key.parse(LINE, 2048)
    assert public_key._is_confirmed(key)
    assert not public_key._is_confirmed(key._replace(**change))  # type: ignore[arg-type]  # one field each


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        LINE + " skey_45071",
        LINE + "\n",
        f" \n{LINE} anything at all \u202e \x1b\n and more",
        LINE.replace(" ", "\t "),
        LINE.rstrip("="),
        forms.line(*forms.WEAK["too-small", "768"]),
        forms.line(*forms.SOUND["4096"]).rstrip("="),
        "ssh-rsa " + forms.b64(cases._changed()["n-padded"]),
    ],
    ids=map(str, itertools.count()),
)
def test_stored_key_is_decoded(text: str) -> None:
    """A stored line is decoded with any comment, strength and padding."""
    blob = public_key.decode_blob(text)
    assert blob is not None
    assert forms.b64(blob).rstrip("=") == text.split()[1].rstrip("=")


def test_stored_key_may_end_in_any_letter() -> None:
    """Whatever the last letter of the base64 is, a stored key is decoded to its last byte."""
    for change in range(256):
        blob = forms.blob(n=forms.N ^ change)
        assert public_key.decode_blob("ssh-rsa " + forms.b64(blob)) == blob


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "ssh-rsa",
        "ssh-rsa ",
        "ssh-rsa AAAA",
        "ssh-rsa *",
        "ssh-rsa A",
        "ssh-rsa =",
        forms.other_keys()["ed25519"],
        "ssh-rsa " + forms.other_keys()["ed25519"].split()[1],
        LINE[:-4],
        LINE + "AAAA",
        LINE + "A",
        LINE[:100] + "=" + LINE[100:],
        LINE.replace("ssh-rsa", "rsa"),
        f"x {LINE}",
        "ssh-rsa " + forms.b64(forms.blob(kind=b"ssh-rsb")),
        "ssh-rsa " + forms.b64(forms.blob() + b"\0"),
        "\ud800",
    ],
    ids=map(str, itertools.count()),
)
def test_what_is_no_rsa_key_is_not_decoded(text: str | None) -> None:
    """A stored text that is no complete RSA key line is nothing, so never equal to a key."""
    assert public_key.decode_blob(text) is None


def mutate(text: str, source: random.Random) -> str:
    """Return the text with one to three changes of the kinds that happen to pasted keys, or worse."""
    for _ in range(source.choice((1, 1, 1, 2, 3))):
        at = source.randrange(len(text) + 1)
        end = min(len(text), at + source.choice((1, 1, 2, 4, 64, 400)))
        letter = source.choice("AZaz09+/= \t\n\r-_.,'\"\\\0\xa0\u200b\ufeff\u202e\ud800\u674e\U0001f511")
        splice = source.choice(
            (letter, letter * 3, text[at:end], "ssh-rsa ", "AAAAB3NzaC1yc2E", "alice@laptop")
        )
        text = source.choice(
            (
                text[:at] + letter + text[at + 1 :],
                text[:at] + text[end:],
                text[:at] + splice + text[at:],
                text[:at],
                text[at:],
                text[:at] + text[at:end].swapcase() + text[end:],
                text[:at] + text[at:end][::-1] + text[end:],
            )
        )
    return text


def mutate_blob(source: random.Random) -> str:
    """Return a line around a blob that was changed byte by byte."""
    blob = bytearray(
        forms.blob(*source.choice((forms.SOUND["2048"], forms.SOUND["3072"], forms.SOUND["e17"])))
    )
    for _ in range(source.choice((1, 1, 2, 5))):
        at = source.randrange(source.choice((30, len(blob))))
        match source.randrange(3):
            case 0:
                blob[at] = source.randrange(256)
            case 1:
                del blob[at : at + source.choice((1, 3, 20))]
            case _:
                blob[at:at] = source.randbytes(source.choice((1, 3, 20)))
    return f"ssh-rsa {forms.b64(bytes(blob))} {source.choice(('', 'alice', 'alice@laptop'))}"


def mutants(count: int) -> list[str]:
    """Return this many hostile texts, the same ones every time."""
    source = random.Random(4)
    sound = [forms.line(*forms.SOUND[name]) for name in ("2048", "3072", "4096", "e35", "e64-2048")]
    starts = [*sound, *(line + " alice@laptop" for line in sound), *forms.other_keys().values(), forms.ssh2()]
    starts += [case.text for case in TABLE if len(case.text) < 4000]
    return [
        mutate_blob(source) if source.random() < 0.3 else mutate(source.choice(starts), source)
        for _ in range(count)
    ]


def test_openssh_agrees_on_what_is_accepted(scaled: Scaled, missing: Missing, tmp_path: Path) -> None:
    """Of thousands of mutated texts none raises another exception; OpenSSH reads each that is accepted as
    one RSA key of the same size and fingerprints.
    """
    accepted = []
    for text in [case.text for case in TABLE] + mutants(scaled(2_000)):
        found = read(text, 1024)
        if isinstance(found, public_key.PublicKey):
            accepted.append((text.strip(" \t\r\n"), found))
        else:
            assert variant_of(found), text
    assert len(accepted) > 100
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen", "comparison of accepted keys with OpenSSH")
        return
    lines = [text for text, _ in accepted]
    expected = [(key.bits, key.fingerprint, "RSA") for _, key in accepted]
    assert judge.read(lines, tmp_path) == expected
    expected = [(key.bits, key.fingerprint_md5, "RSA") for _, key in accepted]
    assert judge.read(lines, tmp_path, "md5") == expected


def test_openssh_makes_keys_that_are_accepted(missing: Missing, tmp_path: Path) -> None:
    """A key fresh from ssh-keygen is accepted, and its private half is recognised."""
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen", "a fresh key of OpenSSH's")
        return
    file = tmp_path / "id_rsa"
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "alice", "-f", str(file)]
    subprocess.run(command, check=True, timeout=60)
    text = file.with_suffix(".pub").read_text("ascii")
    key = public_key.parse(text, 2048)
    assert (key.comment, key.e, key.line + " alice\n") == ("alice", 65537, text)
    assert reason_of(file.read_text("ascii")) == "private-key"


@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    """Any text ends in a key or in a problem with sentences of ours."""
    assert variant_of(refusal_of(text))
    assert variant_of(refusal_of("ssh-rsa " + text))
    assert reason_of(f"{LINE} {text}") in {"ok", "bad-comment", "multiple-keys", "wrapped", "paste-damage"}


@given(st.binary(max_size=60), st.binary(max_size=60), st.binary(max_size=300), st.binary(max_size=5))
def test_any_blob_is_answered(kind: bytes, e: bytes, n: bytes, rest: bytes) -> None:
    """Any blob, well-formed or not, ends in a problem with sentences of ours: no short one is a key."""
    for blob in (
        forms.string(kind) + forms.string(e) + forms.string(n) + rest,
        forms.string(b"ssh-rsa") + forms.string(e) + forms.string(n) + rest,
        forms.string(b"ssh-rsa") + e + n,
        kind + e,
    ):
        found = read("ssh-rsa " + forms.b64(blob))
        if isinstance(found, public_key.PublicKey):
            assert found.blob == forms.blob(found.e, found.n)
        else:
            assert variant_of(found)
