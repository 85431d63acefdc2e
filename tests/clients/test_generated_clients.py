"""Clients made out of the contract by other people's generators import keys, with types that are checked.

`make clients-test` runs this, in an environment of its own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "schemas" / "openapi.json"
TOOLS = Path(sys.executable).parent


def run(*command: str | Path, folder: Path, environ: Mapping[str, str] | None = None) -> str:
    """Return what a command prints; it has to succeed."""
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def assert_told(printed: str) -> None:
    """Assert that a key, a batch and a bad key have the expected answers."""
    created, *rest = printed.splitlines()
    # The three clients hand in the same key.
    assert created.split()[:2] in (["created", "alice_laptop"], ["unchanged", "alice_laptop"])
    assert "owner" in created
    assert [line.lower() for line in rest] == [
        "0 200 unchanged",
        "1 422 invalid-public-key",
        "422 invalid-public-key wrong-algorithm false",
    ]


def test_a_client_in_python(tmp_path: Path, served: Mapping[str, str]) -> None:
    """openapi-python-client leaves nothing out, and what it makes is typed throughout."""
    environ = {**served, "PATH": f"{TOOLS}{os.pathsep}{served['PATH']}"}
    generate = ["generate", "--path", CONTRACT, "--meta", "none", "--fail-on-warning"]
    run(
        *(TOOLS / "openapi-python-client", *generate, "--config", HERE / "openapi-python-client.yaml"),
        *("--output-path", tmp_path / "import_key_pair_client"),
        folder=tmp_path,
        environ=environ,
    )
    shutil.copy(HERE / "import_keys.py", tmp_path)

    # The generator's own code is typed, though not for `--strict`.
    run(TOOLS / "mypy", "--strict", "--follow-imports", "silent", "import_keys.py", folder=tmp_path)
    assert_told(run(sys.executable, "import_keys.py", folder=tmp_path, environ=environ))


@pytest.fixture
def workshop(tmp_path: Path, missing: Callable[[str, str], None]) -> Path | None:
    """Return a folder with the TypeScript sources and tools in it; None where there is no node."""
    if not (shutil.which("node") and shutil.which("npm")):
        missing("node or npm", "the clients in TypeScript")
        return None
    installed, lock = HERE / "node_modules" / ".package-lock.json", HERE / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", folder=HERE)
        installed.touch()
    (tmp_path / "node_modules").symlink_to(HERE / "node_modules")
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    return tmp_path


def compiled(folder: Path, name: str, environ: Mapping[str, str]) -> str:
    """Type-check and run one source; return what it prints."""
    shutil.copy(HERE / f"{name}.ts", folder)
    run("node", "node_modules/typescript/bin/tsc", folder=folder)
    return run("node", f"built/{name}.js", folder=folder, environ=environ)


def test_a_client_of_openapi_fetch(workshop: Path | None, served: Mapping[str, str]) -> None:
    """openapi-typescript takes what may be left out for optional, and a misspelt member for an error."""
    if workshop:
        tool = "node_modules/openapi-typescript/bin/cli.js"
        run("node", tool, CONTRACT, "--output", "contract.d.ts", folder=workshop)
        assert_told(compiled(workshop, "openapi_fetch", served))


def test_a_client_of_hey_api(workshop: Path | None, served: Mapping[str, str]) -> None:
    """@hey-api/openapi-ts sends the token in `Authorization` and nowhere else."""
    if workshop:
        tool = "node_modules/@hey-api/openapi-ts/bin/run.js"
        run("node", tool, "--input", CONTRACT, "--output", "hey", "--no-log-file", folder=workshop)
        assert_told(compiled(workshop, "hey_api", served))
