"""`make serve` prints lines that work as they are, and ends cleanly."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from local.events import EVENTS

ROOT = EVENTS.parent
END = "cd "


@contextmanager
def serving(
    tmp_path: Path, *switches: str, path: str = ""
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the command on free ports; yield its process and the lines that it prints at the start.

    It finds no `ssh-keygen`, which takes its time to make a key, unless PATH is given.
    """
    (tmp_path / "tmp").mkdir(exist_ok=True)
    environ = {"PATH": path, "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
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
            return


def pasted(lines: list[str]) -> str:
    """Do what the printed lines say, in one shell, with the project's directory as the current one."""
    begin = next(number for number, line in enumerate(lines) if line.startswith("export "))
    script = "\n".join(lines[begin:])
    done = subprocess.run(
        ["sh", "-e"], input=script, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stderr == ""
    return done.stdout.replace("\r\n", "\n")


def test_the_printed_lines_work(tmp_path: Path, missing: Callable[[str, str], None]) -> None:
    """Pasted in one go they create, repeat, are refused, try, ask; and Ctrl-C ends all of it."""
    if shutil.which("curl") is None:
        missing("curl", "pasting the lines that make serve prints")
        return
    with serving(tmp_path, "--port", "0", path=os.environ["PATH"]) as (process, lines):
        first, again = pasted(lines), pasted(lines)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
    statuses = re.compile(r"^HTTP/1.1 (\d+)", re.MULTILINE)
    assert statuses.findall(first) == ["201", "200", "422", "207", "200"]
    assert statuses.findall(again) == ["200", "200", "422", "207", "200"]
    assert "\nunchanged\n  key      alice_laptop " in first
    assert "import KEY_NAME" in first
    assert "Key pair alice_laptop." in first
    assert "1 key pair; the oldest is alice_laptop of " in first
    pairs = json.loads(first[first.rindex("\n[") :])
    assert [pair["key_name"] for pair in pairs] == ["alice_laptop"]
    assert (process.returncode, errors) == (0, "")
    assert re.search(
        r"POST /key-pairs -> 201 \(instance 1, cold start, init [\d.]+ ms, call [\d.]+ ms", output
    )
    assert re.search(r"POST /key-pairs -> 200 \(instance 1, warm, call [\d.]+ ms", output)
    assert output.endswith("Ended; nothing is left running.\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_printed_lines_are_short(tmp_path: Path) -> None:
    """Each line fits into 100 columns, in a folder whose name is not too long."""
    with serving(tmp_path, "--port", "0") as (_, lines):
        folder = next(line.partition("=")[2] for line in lines if line.startswith("export EXAMPLES="))
    assert max(len(line.replace(folder, "/tmp/folder")) for line in lines if "/hand-in#" not in line) <= 100


def test_the_printed_invitation_lets_a_key_in(tmp_path: Path) -> None:
    """The link opens the page, and its token imports one key under the name that is printed."""
    with serving(tmp_path, "--port", "0") as (_, lines):
        link = next(line for line in lines if "/hand-in#" in line).removeprefix("# ")
        page, _, token = link.partition("#")
        with urllib.request.urlopen(page) as reply:
            assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
        key = (EVENTS / "keys.pub").read_text(encoding="ascii").splitlines()[0]
        headers = {"Authorization": f"Invitation {token}", "Content-Type": "application/json"}
        body = json.dumps({"publicKey": key}).encode()
        with urllib.request.urlopen(
            urllib.request.Request(page.replace("/hand-in", "/key-pairs"), body, headers)
        ) as reply:
            assert json.load(reply)["keyName"] == "bob_laptop"


def test_the_printed_chat_line_works(tmp_path: Path) -> None:
    """Each chat platform can be played against it, and the function knows its users."""
    with serving(tmp_path, "--port", "0") as (_, lines):
        line = next(line for line in lines if "local.chat" in line)
        exports = [line for line in lines if line.startswith("export ")]
        for platform in ("slack", "mattermost", "wecom"):
            script = "\n".join([*exports, line.replace("slack", platform)])
            done = subprocess.run(["sh", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
            assert (done.returncode, done.stderr) == (0, "")
            assert "KEY_NAME ssh-rsa AAAA" in done.stdout


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
            _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert "in use" in errors
    assert "Traceback" not in errors
    assert list((tmp_path / "tmp").iterdir()) == []


def test_switches_reach_function_and_stand_in(tmp_path: Path) -> None:
    """Variables go to the function, what `local.cvm` understands to the stand-in."""
    with serving(tmp_path, "--port", "0", "--env", "MIN_RSA_BITS=16384", "--quota", "0") as (_, lines):
        exported = dict(line[len("export ") :].split("=", 1) for line in lines if line.startswith("export "))
        request = urllib.request.Request(
            f"{exported['FUNCTION_URL']}/key-pairs",
            (Path(exported["EXAMPLES"]) / "dry-run.json").read_bytes(),
            {"Authorization": f"Bearer {exported['API_KEY']}", "Content-Type": "application/json"},
        )
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
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 2
    assert message in errors
    assert "Traceback" not in errors
    assert list((tmp_path / "tmp").iterdir()) == []


def test_it_ends_even_while_a_call_runs(tmp_path: Path) -> None:
    """Ctrl-C does not wait for the function: everything ends within a few seconds."""
    with serving(tmp_path, "--port", "0") as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
