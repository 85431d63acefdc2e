"""What every test counts on holds."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from package import ROOT, runtime
from tests import conftest


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("cvm.tencentcloudapi.com", 443), ("0.0.0.0", 1)])
def test_no_connection_leaves_loopback(address: tuple[str, int]) -> None:
    """Neither an address nor a name of somewhere else gets as far as the network."""
    with pytest.raises(conftest.ReachedOutError):
        socket.create_connection(address, timeout=0.1)

    assert conftest._reached_out == [address[0]]
    conftest._reached_out.clear()


def test_loopback_is_open() -> None:
    """Servers of the tests can be reached by address and by name."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        for host in ("127.0.0.1", "localhost"):
            socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


def _run(folder: Path, code: str, *switches: str, **variables: str) -> str:
    (folder / "test_it.py").write_text(code, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-q"]
    command += ["-p", "no:schemathesis"]
    return subprocess.run(
        [*command, *switches, folder],
        cwd=ROOT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.parametrize("switches", [(), ("-n", "2")], ids=["one process", "two processes"])
def test_a_check_that_did_not_run_is_named_at_the_end(tmp_path: Path, switches: tuple[str, ...]) -> None:
    """A missing tool shows behind pytest's own last line, only once, and with how to get it."""
    code = (
        "import pytest\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "def test_it(missing, n): missing('curl', 'fetching')\n"
    )

    lines = _run(tmp_path, code, *switches).splitlines()

    (summary,) = [number for number, line in enumerate(lines) if line.startswith("2 passed")]
    assert re.fullmatch("random order: --randomly-seed=[0-9]+ repeats it", lines[summary + 1])
    assert lines[summary + 2 :] == [
        f"not run: fetching because curl is missing; to get it: {conftest.TOOLS['curl']}"
    ]


def test_the_last_run_names_what_the_runs_before_it_missed(tmp_path: Path) -> None:
    """Of `make test`'s runs, each leaves what did not run to the next, in the file that NOT_RUN names."""
    left = str(tmp_path / "new folder" / "not-run")
    _run(tmp_path, "def test_it(missing): missing('curl', 'fetching')\n", NOT_RUN=left)

    printed = _run(tmp_path, "def test_it(missing): missing('openssl', 'signing')\n", NOT_RUN=left)

    assert [line.partition(" because ")[0] for line in printed.splitlines()[-2:]] == [
        "not run: fetching",
        "not run: signing",
    ]


def test_how_to_get_each_tool_is_known() -> None:
    """Every tool that a test of this tree may miss is in the table, and no other is."""
    calls = [
        node
        for file in (ROOT / "tests").rglob("*.py")
        if "node_modules" not in file.parts
        for node in ast.walk(ast.parse(file.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "missing"
    ]

    tools = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert tools | {runtime.NAME} == set(conftest.TOOLS)


def test_a_test_that_reaches_out_fails_whatever_the_code_makes_of_it(tmp_path: Path) -> None:
    """An error that the code under test has swallowed is still one."""
    code = (
        "import contextlib, socket\n"
        "def test_it():\n"
        "    with contextlib.suppress(Exception): socket.getaddrinfo('example.com', 443)\n"
    )

    assert "tests reach loopback only, not example.com" in _run(tmp_path, code)
