"""A source tree runs with its packages, a built package on a bare interpreter with nothing but its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local.gateway import Options, location, serve
from package import runtime

LOOK = """\
import sys, os
def main_handler(event, context):
    try: import pytest
    except ImportError: found = False
    else: found = True
    return {"found": found, "path": sys.path, "version": sys.version_info[:2], "root": os.getcwd()}
"""


def look(options: Options) -> Any:
    """Run a function that says what it can import, and from where."""
    with serve(options) as gateway:
        outcome = gateway.invoke({})
        assert outcome.failure is None, outcome.failure
        return outcome.result


def version(python: str) -> str:
    """Return the version of an interpreter."""
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run([python, "-c", question], capture_output=True, text=True).stdout.strip()


def test_a_source_tree_sees_the_packages_around_it(tmp_path: Path) -> None:
    """It runs on the interpreter that runs the gateway, with that environment's packages."""
    (tmp_path / "index.py").write_text(LOOK)
    seen = look(Options(code=tmp_path))
    assert seen["found"] is True
    assert tuple(seen["version"]) == sys.version_info[:2]


def test_a_tree_brings_its_own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Started by an interpreter without packages, the gateway takes the tree's `.venv` where there is one."""
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    with location.located(Options(code=tmp_path)) as code:
        assert code.python == (sys.executable,)
    own = tmp_path / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(sys.executable)
    with location.located(Options(code=tmp_path)) as code:
        assert code.python == (str(own),)


def test_a_zip_sees_only_what_is_in_it(tmp_path: Path) -> None:
    """It is unpacked, run without anybody's site-packages, and removed afterwards."""
    with zipfile.ZipFile(tmp_path / "function.zip", "w") as archive:
        archive.writestr("index.py", LOOK)
    seen = look(Options(package=tmp_path / "function.zip"))
    assert seen["found"] is False
    assert seen["path"][0] == seen["root"]
    assert not [entry for entry in seen["path"] if "site-packages" in entry]
    assert not Path(seen["root"]).exists()


def test_an_unpacked_package_is_run_where_it_is(tmp_path: Path) -> None:
    """A directory serves as a package too."""
    (tmp_path / "index.py").write_text(LOOK)
    seen = look(Options(package=tmp_path))
    assert (seen["found"], seen["root"]) == (False, str(tmp_path))


def test_the_chosen_interpreter_runs_it(tmp_path: Path) -> None:
    """`python` wins over every rule."""
    (tmp_path / "index.py").write_text(LOOK)
    link = tmp_path / "my-python"
    link.symlink_to(location.bare_python())
    assert look(Options(package=tmp_path, python=str(link)))["found"] is False


def test_a_package_runs_on_the_deployed_version(missing: Callable[[str, str], None]) -> None:
    """A CPython of that version is found behind a virtual environment, on the path or at pyenv."""
    found = version(location.bare_python())
    if found != runtime.VERSION:
        missing(runtime.NAME, "running the package on the deployed version")
        return
    assert found == runtime.VERSION


def test_pyenvs_interpreters_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that no shim switches on is found all the same, and one that does not run is not."""
    deployed, versions = runtime.VERSION, tmp_path / "versions"
    for name, script in {"1": "exit 1", "2": f"echo cpython {deployed.replace('.', ' ')}"}.items():
        (versions / f"{deployed}.{name}" / "bin").mkdir(parents=True)
        python = versions / f"{deployed}.{name}" / "bin" / f"python{deployed}"
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "_base_executable", "/nowhere/python", raising=False)
    assert location.bare_python() == str(versions / f"{deployed}.2" / "bin" / f"python{deployed}")


def test_without_the_deployed_version_the_running_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine without that version can still run a package."""
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "_base_executable", "/nowhere/python", raising=False)
    assert location.bare_python() == sys.executable


def test_what_is_no_package_is_refused(tmp_path: Path) -> None:
    """A file that is no zip is told before anything starts."""
    (tmp_path / "function.zip").write_text("no zip")
    with (
        pytest.raises(ValueError, match="neither a directory nor a zip"),
        serve(Options(package=tmp_path / "function.zip")),
    ):
        pass
