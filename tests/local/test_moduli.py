"""How lists of known moduli are made."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from handler.key_gate import weak_keys
from local import moduli
from tests.keys import forms

N = forms.SOUND["3072"].n
RECORD = hashlib.sha256(N.to_bytes(384, "big")).digest()[:8]


def test_list_of_everything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, lists and public keys become one list: sorted, without repeats, by modulus alone."""
    table, keys, first = tmp_path / "a.tsv", tmp_path / "keys", tmp_path / "b.moduli"
    table.write_text(f"# a note\nsha256_8\tbits\n{'ff' * 8}\t1024\n{RECORD.hex()}\t3072\n", "ascii")
    keys.write_text(f"# mine\n{forms.line(65537, N)} alice\n\n{forms.line(3, N)}\n", "ascii")
    first.write_bytes(bytes(8) + RECORD)
    out = tmp_path / "out.moduli"
    assert moduli.main(["list", str(out), str(table), str(keys), str(first)]) == 0
    assert out.read_bytes() == bytes(8) + RECORD + b"\xff" * 8
    assert weak_keys._is_listed(RECORD, str(out))
    assert capsys.readouterr().out == f"{out}: 3 moduli\n"


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A list of broken length and a line that is no key are errors that say where."""
    broken, keys = tmp_path / "a.bin", tmp_path / "keys"
    broken.write_bytes(bytes(9))
    keys.write_text(f"{forms.line()}\nssh-rsa AAAA\n", "ascii")
    with pytest.raises(ValueError, match=r"a\.bin is not a whole number of 8-byte records"):
        moduli.records(broken)
    with pytest.raises(ValueError, match=r"keys, key 2: not an OpenSSH RSA public key"):
        moduli.records(keys)


def test_shipped_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The product of small primes that ships is the one that this makes."""
    out = tmp_path / "product"
    assert moduli.main(["small-primes", str(out)]) == 0
    assert (
        out.read_bytes() == (Path(weak_keys.__file__).parent / "data" / "small-primes.product").read_bytes()
    )
    assert "65537" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["list"], ["list", "out"], ["small-primes"], ["other", "x"]])
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Any other command line explains the two commands and fails."""
    assert moduli.main(arguments) == 2
    assert "python -m local.moduli list OUT FILE..." in capsys.readouterr().err
