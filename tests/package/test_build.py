"""The same bytes every time, with byte code for all of them."""

from __future__ import annotations

import importlib.util
import marshal
import os
import stat
import struct
import subprocess
from pathlib import Path
from zipfile import ZipFile

import pytest

from package import ROOT, build, runtime
from package.__main__ import make
from package.contents import PackedFile
from package.deployment import __main__ as deployment
from package.deployment import document, limits
from package.deployment.calls import calls

# PEP 552: bit 0 says that the module is identified by its source's hash, bit 1 that the hash is checked.
UNCHECKED_HASH = 0b01

pytestmark = pytest.mark.slow


def test_second_build_has_the_same_bytes(
    dist: Path | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder, umask, time zone and hash seed make no difference."""
    if dist is None:
        return
    for name, value in {"PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai", "PYTHONOPTIMIZE": "2"}.items():
        monkeypatch.setenv(name, value)
    umask = os.umask(0o077)
    try:
        make(ROOT, tmp_path / "somewhere else", ROOT / "dist")
    finally:
        os.umask(umask)

    assert (tmp_path / "somewhere else/function.zip").read_bytes() == (dist / "function.zip").read_bytes()


def test_every_module_has_byte_code_that_is_taken_unchecked(dist: Path | None) -> None:
    """A cold start compiles nothing, and does so after any unpacking."""
    if dist is None:
        return
    function = dist / "function"
    modules = sorted(function.rglob("*.py"))
    assert function / "index.py" in modules
    assert len(list(function.rglob("*.pyc"))) == len(modules)
    for module in modules:
        code = (module.parent / "__pycache__" / f"{module.stem}.{runtime.TAG}.pyc").read_bytes()
        magic, flags, source_hash = struct.unpack("<4sL8s", code[:16])
        assert (magic, flags) == (importlib.util.MAGIC_NUMBER, UNCHECKED_HASH), module
        assert source_hash == importlib.util.source_hash(module.read_bytes()), module
        assert marshal.loads(code[16:]).co_filename == f"/var/user/{module.relative_to(function)}"


def test_zip_is_the_folder(dist: Path | None) -> None:
    """The folder that the CLI deploys and the zip for everybody else are the same function."""
    if dist is None:
        return
    with ZipFile(dist / "function.zip") as archive:
        packed = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        modes = {entry.external_attr >> 16 for entry in archive.infolist()}

    folder = {path for path in (dist / "function").rglob("*") if path.is_file()}
    assert packed == {path.relative_to(dist / "function").as_posix(): path.read_bytes() for path in folder}
    assert modes == {0o100644}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder} == {0o644}


def test_zip_fits_into_the_request_that_uploads_it(dist: Path | None) -> None:
    """create-function.json has at most 10,000,000 bytes of the 10,485,760 that SCF takes."""
    if dist is None:
        return
    text = (ROOT / "serverless.yml").read_text(encoding="utf-8")
    inputs = document.parse(text, {"ONBOARDING_SECRET": "x" * 64})
    create, *_ = calls(inputs, (dist / "function.zip").read_bytes())

    assert len(deployment.text(create)) <= limits.OWN_BYTES
    assert limits.request_bytes((dist / "function.zip").stat().st_size) <= limits.OWN_BYTES


def test_zip_is_small(dist: Path | None) -> None:
    """At most 7.2 MB for SCF's Python, so that it goes up within a request."""
    if dist is not None and runtime.of_the_project() == runtime.VERSION:
        assert (dist / "function.zip").stat().st_size <= 7_200_000


def test_two_packages_cannot_claim_one_path(tmp_path: Path) -> None:
    """A file never silently replaces another."""
    with pytest.raises(ValueError, match=r"Two packages hold six\.py"):
        build.write_files([PackedFile("six.py", b"1"), PackedFile("six.py", b"2")], tmp_path / "function")


def test_module_that_does_not_compile_stops_the_build(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What cannot be compiled for SCF's Python would fail in the function."""
    build.write_files([PackedFile("bad.py", b"def f(:\n")], tmp_path / "function")

    with pytest.raises(subprocess.CalledProcessError):
        build.compile_all(tmp_path / "function")

    assert "bad.py" in capfd.readouterr().out


def test_compiling_finds_the_interpreters_own_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A CPython that is built as a shared library starts only where LD_LIBRARY_PATH is passed on."""
    python = tmp_path / "python"
    python.write_text('#!/bin/sh\n[ "$LD_LIBRARY_PATH" = /opt/python/lib ]\n')
    python.chmod(0o755)
    build.write_files([PackedFile("good.py", b"x = 1\n")], tmp_path / "function")
    monkeypatch.setattr("sys.executable", str(python))
    monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/python/lib")

    build.compile_all(tmp_path / "function")
