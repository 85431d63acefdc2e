"""`make serve` prints lines that work as they are, and ends cleanly."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from local.events import EVENTS

ROOT = EVENTS.parent
END = "# What the stand-in holds by now"


@contextmanager
def serving(tmp_path: Path, *switches: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command on free ports; yield its process and the lines that it prints at the start."""
    (tmp_path / "tmp").mkdir(exist_ok=True)
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    with subprocess.Popen(
        [sys.executable, "-m", "local.serve", *switches],
        env=environ,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, list(_welcome(process.stdout))
        finally:
            process.kill()


def _welcome(output: IO[str]) -> Iterator[str]:
    for line in output:
        yield line.rstrip("\n")
        if line.startswith(END):
            yield output.readline().rstrip("\n")
            return


def curl(line: str) -> tuple[int, str]:
    """Do what one of the printed lines says, with a shell and curl; return status and body."""
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, check=True)
    head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
    return int(head.split()[1]), body


def test_the_printed_lines_work(tmp_path: Path, missing: Callable[[str, str], None]) -> None:
    """Pasted one after another they create, repeat, are refused, try, ask; and Ctrl-C ends all of it."""
    if shutil.which("curl") is None:
        missing("curl", "pasting the lines that make serve prints")
        return
    with serving(tmp_path, "--port", "0") as (process, lines):
        commands = [line for line in lines if line.startswith("curl ")]
        new, again, bad, dry, health, held = commands
        assert curl(new)[0] == 201
        assert curl(again)[0] == 200
        assert json.loads(curl(again)[1])["result"] == "unchanged"
        assert curl(bad)[0] == 422
        assert curl(dry)[0] == 200
        assert curl(health)[0] == 200
        pairs = json.loads(subprocess.run(shlex.split(held), capture_output=True, check=True).stdout)
        assert [pair["key_name"] for pair in pairs] == ["alice_laptop"]
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")
    assert re.search(
        r"POST /key-pairs -> 201 \(instance 1, cold start, init [\d.]+ ms, call [\d.]+ ms", output
    )
    assert re.search(r"POST /key-pairs -> 200 \(instance 1, warm, call [\d.]+ ms", output)
    assert output.endswith("Ended; nothing is left running.\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_printed_chat_line_works(tmp_path: Path) -> None:
    """Each chat platform can be played against it, and the function knows its users."""
    with serving(tmp_path, "--port", "0") as (_, lines):
        line = next(line for line in lines if "local.chat" in line)
        for platform in ("slack", "mattermost", "wecom"):
            words = [platform if word == "slack" else word for word in shlex.split(line)]
            done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
            assert (done.returncode, done.stderr) == (0, "")
            assert "import KEY_NAME" in done.stdout


def test_a_port_that_is_taken_is_no_obstacle(tmp_path: Path) -> None:
    """Unless a port was asked for, a free one is taken instead of 9000."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            taken.bind(("127.0.0.1", 9000))
            taken.listen()
        except OSError:
            # Somebody else has it: that serves as well.
            pass
        with serving(tmp_path) as (_, lines):
            url = next(word.strip(",") for word in lines[0].split() if word.startswith("http://"))
            assert not url.endswith(":9000")
            with urllib.request.urlopen(f"{url}/health") as reply:
                assert reply.status == 200


def test_a_port_that_was_asked_for_has_to_be_free(tmp_path: Path) -> None:
    """Otherwise the reason is told in one line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with serving(tmp_path, "--port", str(taken.getsockname()[1])) as (process, _):
            _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "in use" in errors
    assert "Traceback" not in errors
    assert list((tmp_path / "tmp").iterdir()) == []


def test_switches_reach_function_and_stand_in(tmp_path: Path) -> None:
    """Variables go to the function, what `local.cvm` understands to the stand-in."""
    with serving(tmp_path, "--port", "0", "--env", "MIN_RSA_BITS=16384", "--quota", "0") as (_, lines):
        line = next(line for line in lines if line.startswith("curl ") and "dryRun" in line)
        words = shlex.split(line)
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        url = next(word for word in words if word.startswith("http://"))
        request = urllib.request.Request(url, words[-1].encode(), headers)
        with pytest.raises(urllib.error.HTTPError) as refused, urllib.request.urlopen(request):
            pass
        assert json.load(refused.value)["code"] == "weak-public-key"
        refused.value.close()


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        (["--env", "SCF_X=1"], "SCF_"),
        (["--public-key", "/nowhere.pub"], "There is no file /nowhere.pub"),
        (["--nonsense"], "--nonsense"),
    ],
)
def test_a_wrong_switch_is_told(tmp_path: Path, switches: list[str], message: str) -> None:
    """Exit code 2, a message, and nothing left behind."""
    with serving(tmp_path, "--port", "0", *switches) as (process, _):
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert message in errors
    assert "Traceback" not in errors
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_ends_even_while_a_call_runs(tmp_path: Path) -> None:
    """Ctrl-C does not wait for the function: everything ends within a few seconds."""
    with serving(tmp_path, "--port", "0") as (process, _):
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        assert process.returncode == 0
        assert time.monotonic() - begin < 5
