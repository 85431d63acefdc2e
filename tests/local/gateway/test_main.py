"""`python -m local.gateway` serves until Ctrl-C, runs recorded events, and leaves nothing behind."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.gateway.client import gone

FUNCTION = """\
import os
def main_handler(event, context):
    if event == "raise": raise ValueError("no good")
    names = ("CVM_ENDPOINT", "TENCENTCLOUD_SECRETID", "TENCENTCLOUD_SESSIONTOKEN")
    body = {"pid": os.getpid(), "event": event, **{name: os.environ.get(name) for name in names}}
    if isinstance(event, dict): return {"statusCode": 200, "body": __import__("json").dumps(body)}
    return body
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """Return a directory with a function that tells what it sees."""
    (tmp_path / "index.py").write_text(FUNCTION)
    return tmp_path


def command(code: Path, *switches: str) -> list[str]:
    """Return the command line of a gateway for that function."""
    return [sys.executable, "-m", "local.gateway", "--code", str(code), *switches]


def recorded(code: Path, event: str, *switches: str) -> tuple[int, str, str]:
    """Run one event with `--event`; return the exit code and both outputs."""
    (code / "event.json").write_text(event)
    done = subprocess.run(
        command(code, "--port", "0", "--event", str(code / "event.json"), *switches),
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout, done.stderr


@contextmanager
def serving(code: Path, *switches: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run a gateway on a free port; yield its process and its URL."""
    with subprocess.Popen(
        command(code, "--port", "0", *switches), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            yield process, next(word for word in line.split() if word.startswith("http://"))
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(code: Path, number: signal.Signals) -> None:
    """Ctrl-C and SIGTERM end it with code 0, without a traceback, and its instances with it."""
    with serving(code) as (process, url):
        with urllib.request.urlopen(url) as reply:
            pid = json.load(reply)["pid"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0
        assert "Traceback" not in errors
        assert "GET / -> 200 (instance 1, cold start, init " in errors
        assert gone(pid)


def test_an_instance_outlives_no_gateway(code: Path) -> None:
    """Even when the gateway is killed, its idle instances end."""
    with serving(code) as (process, url):
        with urllib.request.urlopen(url) as reply:
            pid = json.load(reply)["pid"]
        process.kill()
        assert gone(pid)


def test_a_recorded_event_is_run_directly(code: Path) -> None:
    """Any JSON goes to the function as it is; the result is printed, the log is on standard error."""
    status, output, log = recorded(code, "[1]", "--env", "CVM_ENDPOINT=http://127.0.0.1:1")
    assert status == 0
    seen = json.loads(output)
    assert seen["event"] == [1]
    assert seen["CVM_ENDPOINT"] == "http://127.0.0.1:1"
    assert seen["TENCENTCLOUD_SECRETID"] == "AKIDstandin"
    assert "event -> returned (instance 1, cold start" in log


@pytest.mark.parametrize(("event", "status"), [('"raise"', 430), ("{", 400)])
def test_a_failed_event_is_exit_code_1(code: Path, event: str, status: int) -> None:
    """The platform's error is printed in its own form."""
    returncode, output, _ = recorded(code, event)
    assert returncode == 1
    assert json.loads(output)["statusCode"] == status


def test_new_credentials_can_be_minted_for_every_call(code: Path) -> None:
    """With the secret of a stand-in the role's credentials are temporary ones that it recognises."""
    _, output, _ = recorded(code, "1", "--mint-secret", "s")
    seen = json.loads(output)
    assert seen["TENCENTCLOUD_SECRETID"].startswith("AKID")
    assert seen["TENCENTCLOUD_SECRETID"] != "AKIDstandin"
    assert seen["TENCENTCLOUD_SESSIONTOKEN"].startswith("100000000001/function.")


def test_a_function_can_be_without_a_role(code: Path) -> None:
    """`--no-role` is what a deployment without an execution role looks like."""
    _, output, _ = recorded(code, "1", "--no-role")
    assert json.loads(output)["TENCENTCLOUD_SECRETID"] is None


@pytest.mark.parametrize(
    ("switches", "word"),
    [
        (["--env", "NOVALUE"], "NAME=VALUE"),
        (["--env", "SCF_X=1"], "SCF_"),
        (["--env", "1X=1"], "letter"),
        (["--env", "X=" + "x" * 5000], "4 KB"),
        (["--route", "host"], "HOST=PORT"),
        (["--route", "host=0"], "HOST=PORT"),
        (["--timeout", "901"], "900"),
        (["--init-timeout", "0"], "300"),
        (["--instances", "1", "--warm", "2"], "warm"),
        (["--handler", "main_handler"], "FILE.FUNCTION"),
        (["--package", "nothing.zip"], "zip"),
        (["--code", "/nowhere"], "directory"),
        (["--shape", "lambda"], "function-url"),
        (["--event", "/nowhere.json"], "nowhere.json"),
    ],
)
def test_a_wrong_switch_is_told_in_one_line(code: Path, switches: list[str], word: str) -> None:
    """The message names what may stand there, and nobody sees a traceback."""
    done = subprocess.run(
        command(code, "--port", "0", *switches), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 2
    assert word in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


def test_code_that_does_not_load_is_told_when_warming_up(code: Path) -> None:
    """With `--warm` a broken function is a message and exit code 1 instead of a server."""
    (code / "index.py").write_text("import nothing_like_it")
    done = subprocess.run(
        command(code, "--port", "0", "--warm", "1"), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1
    assert "nothing_like_it" in done.stderr


def test_a_port_that_is_taken_is_told_in_one_line(code: Path) -> None:
    """A second gateway on the same port does not start."""
    with serving(code) as (_, url):
        port = url.rpartition(":")[2]
        done = subprocess.run(
            [sys.executable, "-m", "local.gateway", "--port", port],
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 2
    assert "in use" in done.stderr
    assert "Traceback" not in done.stderr
