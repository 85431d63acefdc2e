"""One's own public key is read, a private one never gets any further."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.own_key import NotUsableError, read_file

SECRET = "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ"
PRIVATE = {
    "openssh": f"-----BEGIN OPENSSH PRIVATE KEY-----\n{SECRET}\n-----END OPENSSH PRIVATE KEY-----\n",
    "pem": f"-----BEGIN RSA PRIVATE KEY-----\r\n{SECRET}\r\n-----END RSA PRIVATE KEY-----\r\n",
    "pkcs8": f"-----BEGIN ENCRYPTED PRIVATE KEY-----\n{SECRET}\n",
    "putty": f"PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\n{SECRET}\n",
    "behind a public one": f"ssh-rsa AAAA me\n-----BEGIN RSA PRIVATE KEY-----\n{SECRET}\n",
}


def test_the_text_is_read_without_its_last_newline(tmp_path: Path) -> None:
    """As `$(cat file)` would hand it over, everything else untouched."""
    (tmp_path / "key.pub").write_text("  ssh-rsa AAAA mé \n", encoding="utf-8")
    assert read_file(str(tmp_path / "key.pub")) == "  ssh-rsa AAAA mé "


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make hands `~` over as it was typed."""
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key.pub").write_text("ssh-rsa AAAA")
    assert read_file("~/key.pub") == "ssh-rsa AAAA"


@pytest.mark.parametrize("kind", PRIVATE)
def test_a_private_key_is_refused(tmp_path: Path, kind: str) -> None:
    """Whatever its form, nothing of it is in the message, which says how to get the public half."""
    path = tmp_path / "id_rsa"
    path.write_text(PRIVATE[kind])
    with pytest.raises(NotUsableError) as refusal:
        read_file(str(path))
    assert "is a private key" in str(refusal.value)
    assert f"ssh-keygen -y -f {path}" in str(refusal.value)
    assert SECRET not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_the_public_half_beside_a_private_key_is_named(tmp_path: Path) -> None:
    """Whoever forgot the ending is told the right file."""
    (tmp_path / "id_rsa").write_text(PRIVATE["openssh"])
    (tmp_path / "id_rsa.pub").write_text("ssh-rsa AAAA")
    with pytest.raises(NotUsableError, match=r"Hand in its public half: .*/id_rsa\.pub"):
        read_file(str(tmp_path / "id_rsa"))


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """The message names the file and how to make a key."""
    with pytest.raises(
        NotUsableError, match=r"There is no file .*/no\.pub\. Make a key pair with: ssh-keygen"
    ):
        read_file(str(tmp_path / "no.pub"))


def test_a_directory_is_told(tmp_path: Path) -> None:
    """Something that cannot be read is named with the reason."""
    with pytest.raises(NotUsableError, match="cannot be read: Is a directory"):
        read_file(str(tmp_path))


@pytest.mark.parametrize("data", [b"\x30\x82\x00\x01", b"\xff\xfe", b"a" * 70_000])
def test_what_is_no_text_is_no_public_key(tmp_path: Path, data: bytes) -> None:
    """Binary files and long ones are refused before the function sees them."""
    (tmp_path / "key.der").write_bytes(data)
    with pytest.raises(NotUsableError, match="is no public key"):
        read_file(str(tmp_path / "key.der"))
