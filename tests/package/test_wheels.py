"""Wheels come from the lock or not at all."""

from __future__ import annotations

import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from package import wheels


def _wheel(folder: Path, *paths: str) -> Path:
    wheel = folder / "thing-1.0-py3-none-any.whl"
    with ZipFile(wheel, "w") as archive:
        for path in paths:
            archive.writestr(path, path.encode())
    return wheel


def test_files_are_read_in_order_of_path(tmp_path: Path) -> None:
    """The order inside a wheel does not reach the package."""
    wheel = _wheel(tmp_path, "thing/b.py", "thing/", "thing/a.py")

    assert list(wheels.files(wheel)) == [("thing/a.py", b"thing/a.py"), ("thing/b.py", b"thing/b.py")]


def test_files_outside_of_site_packages_are_refused(tmp_path: Path) -> None:
    """A wheel with scripts or headers needs a decision, not a guess."""
    wheel = _wheel(tmp_path, "thing-1.0.data/scripts/thing")

    with pytest.raises(ValueError, match="does not belong into site-packages"):
        list(wheels.files(wheel))


def test_wheels_that_are_there_are_not_downloaded_again(tmp_path: Path) -> None:
    """A second build with the same lock needs no network."""
    lock = tmp_path / "requirements.txt"
    lock.write_text("# nothing\n")
    first = wheels.download(lock, tmp_path)
    (folder,) = tmp_path.glob("wheels-*")
    wheel = _wheel(folder, "thing/a.py")

    assert first == []
    assert wheels.download(lock, tmp_path) == [wheel]


def test_wheel_with_another_hash_is_refused(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What the index hands out must be what the lock names."""
    _wheel(tmp_path, "thing/a.py", "thing-1.0.dist-info/METADATA")
    lock = tmp_path / "requirements.txt"
    lock.write_text(f"--no-index\n--find-links {tmp_path}\nthing==1.0 --hash=sha256:{'0' * 64}\n")

    with pytest.raises(subprocess.CalledProcessError):
        wheels.download(lock, tmp_path / "cache")

    assert "DO NOT MATCH THE HASHES" in capfd.readouterr().err
    assert list((tmp_path / "cache").iterdir()) == []
