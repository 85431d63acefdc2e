"""Many keys: how they go out, what is waited for, and what stays known when it is cut short."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from local.in_process import ROOT
from local.send import __main__ as command
from local.send import pace
from tests.local.send.sender import (
    KEYS,
    SIGNED,
    WHOM,
    Front,
    Sender,
    problem,
)


def test_hundreds_go_out_twenty_at_a_time(send: Sender, tmp_path: Path) -> None:
    """250 keys are requests of at most twenty, each key in one of them."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(250)))
    assert send(table, "--dry-run") == 0
    assert sorted(len(body) for body in send.front.bodies) == [10, *[20] * 12]
    sent = [item["keyName"] for body in send.front.bodies for item in body]
    assert sorted(sent) == sorted(f"n{number}" for number in range(250))
    assert send.out == "250 created (dry run, nothing was written)\n"
    # No time passes here, so the last request waits for the lists of the twelve before it, and no more.
    assert max(send.pauses) < 12 * 0.3 + 0.01


def test_wait_sends_again_what_may_succeed_later(send: Sender, key_file: Path) -> None:
    """With --wait 502, 503 and 504 are sent again after their Retry-After, until it is used up."""
    busy = problem(503, "upstream-busy", retryable=True, retryAfter=7)
    unknown = problem(504, "outcome-unknown", retryable=True)
    send.front.script = [busy, unknown]
    assert send(key_file, "--wait") == 0
    assert send.pauses == [7, 5]
    assert len(send.front.bodies) == 3
    send.pauses.clear()
    send.front.script = [busy, busy, busy]
    assert send(key_file, "--wait", "15") == 4
    assert send.pauses == [7, 7]
    assert send.out.startswith("503 upstream-busy: D.\n  R.\n")
    send.pauses.clear()
    send.front.script = [busy]
    assert send(key_file) == 4
    assert send.pauses == []


def test_misconfigured_is_not_waited_for(send: Sender, key_file: Path) -> None:
    """What somebody has to mend first is not sent again at once, and still may succeed later."""
    send.front.script = [problem(500, "misconfigured", retryable=True)]
    assert send(key_file, "--wait") == 4


def test_wait_sends_only_the_rest_of_many(send: Sender, tmp_path: Path) -> None:
    """Of many keys only those that may succeed later are sent again."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{index},{key}\n" for index, key in enumerate(KEYS[:3])))
    results = [
        {"index": 0, "status": 201, "body": {"result": "created", "keyName": "n0"}},
        {"index": 1, "status": 503, "body": json.loads(problem(503, "upstream-busy", retryable=True)[2])},
        {"index": 2, "status": 422, "body": json.loads(problem(422, "weak-public-key")[2])},
    ]
    send.front.script = [(207, {}, json.dumps({"results": results}).encode())]
    assert send(table, "--wait", "5") == 1
    assert [body if isinstance(body, dict) else len(body) for body in send.front.bodies] == [
        3,
        {"keyName": "n1", "publicKey": KEYS[1]},
    ]
    assert "2 created, 1 weak-public-key" in send.out


def test_one_problem_for_all_is_a_row_for_each(send: Sender, tmp_path: Path) -> None:
    """A problem that answers the whole array stands for each of its keys."""
    table = tmp_path / "hires.csv"
    table.write_text(f"a,{KEYS[0]}\nb,{KEYS[1]}\n")
    send.front.script = [problem(503, "upstream-busy", retryable=True)]
    assert send(table) == 4
    assert "2 upstream-busy" in send.out


@pytest.mark.parametrize(
    "reply",
    [
        (200, {}, b"<html>"),
        (200, {}, b"[]"),
        (404, {}, b'{"errno": 403}'),
        (302, {"Location": "http://127.0.0.1:1/"}, b""),
        (207, {}, b'{"results": []}'),
        (207, {}, b'{"results": {"a": 1}}'),
        (207, {}, b'{"results": [{"status": 200}, 7]}'),
        (200, {}, b"[" * 100_000),
    ],
)
def test_answer_of_something_else_is_not_taken_for_ours(
    send: Sender, tmp_path: Path, reply: tuple[int, dict[str, str], bytes]
) -> None:
    """An answer that is not in the function's form is exit code 5; a redirection is not followed."""
    table = tmp_path / "hires.csv"
    table.write_text(f"a,{KEYS[0]}\nb,{KEYS[1]}\n")
    send.front.script = [reply]
    assert send(table) == 5
    assert send.err == f"{send.front.url}/key-pairs answers {reply[0]}, and not as this function does.\n"
    assert len(send.front.bodies) == 1


def test_no_answer_is_told_in_words(send: Sender, key_file: Path) -> None:
    """Nobody listening, an answer that does not come and one that breaks off are exit code 5."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        assert send(key_file, url=url) == 5
        assert send.err == f"{url}: nobody listens there.\n"
        listening.listen()
        assert send(key_file, "--timeout", "0.1", url=url) == 5
        assert send.err == f"{url}: no answer came within 0.1 seconds.\n"
        listening.accept()[0].close()
    send.front.script = [(0, {}, b"")]
    assert send(key_file) == 5
    assert send.err == f"{send.front.url}: the connection broke off before the answer was whole.\n"
    assert send(key_file, url=send.front.url.replace("http", "https")) == 5
    assert "the connection is not safe: " in send.err


def test_what_was_settled_stays_when_the_rest_gets_no_answer(send: Sender, tmp_path: Path) -> None:
    """The table shows what is known, and the rest is counted."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(21)))
    results = [{"status": 201, "body": {"result": "created"}} for _ in range(20)]
    send.front.script = [(207, {}, json.dumps({"results": results}).encode()), (502, {}, b"Bad Gateway")]
    assert send(table) == 5
    assert "20 created" in send.out
    assert send.err.splitlines()[-2:] == [
        "20 of 21 keys are in, 0 were refused, and 1 are not settled.",
        "Give the same command again to go on; what is in already stays as it is.",
    ]


def test_interruption_keeps_what_is_known(
    front: Front, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C ends with one sentence and no traceback."""

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    front.script = [problem(503, "upstream-busy", retryable=True)]
    arguments = [str(key_file), "--url", front.url, *WHOM, "--wait"]
    assert command.main(arguments, SIGNED, io.StringIO(), sleep=interrupted) == 5
    message = "Interrupted; what was sent may have arrived, and can be sent again.\n"
    assert capsys.readouterr() == ("", message)


def test_ten_keys_a_second_go_out_and_no_more() -> None:
    """Each key takes a tenth of a second; what needed no import gives it back."""
    steady = pace.SendingPace(100.0, 1)
    assert steady.wait(20, 100.0) == 0
    assert steady.wait(20, 100.5) == pytest.approx(1.5)
    assert steady.wait(20, 102.0) == pytest.approx(2.0)
    steady.give_back(20)
    assert steady.wait(1, 104.0) == 0
    assert steady.wait(1, 110.0) == 0, "time that passed unused is not saved up"
    assert steady.wait(1, 110.0) == pytest.approx(0.1)


def twenty(result: str) -> tuple[int, dict[str, str], bytes]:
    """Return the answer to twenty keys that all came to the same."""
    item = {"status": 201 if result == "created" else 200, "body": {"result": result}}
    return 207, {}, json.dumps({"results": [item] * 20}).encode()


def test_lists_of_the_account_count_too() -> None:
    """Of 250 keys each request may make the function read three pages."""
    steady = pace.SendingPace(100.0, 250)
    assert steady.wait(0, 100.0) == 0
    assert steady.wait(0, 100.0) == pytest.approx(0.3)


def test_imports_are_spread_and_repeats_are_not(send: Sender, tmp_path: Path) -> None:
    """60 new keys wait for 40 tenths of a second and two lists; those that are there wait for the lists."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(60)))
    send.front.script = [twenty("created")] * 3
    assert send(table) == 0
    assert send.out.endswith("\n\n60 created\n")
    assert len(send.pauses) == 2
    assert 4 < max(send.pauses) < 4.3
    send.pauses.clear()
    send.front.script = [twenty("unchanged")] * 3
    assert send(table) == 0
    assert send.out.endswith("\n\n60 unchanged\n")
    assert max(send.pauses) < 2.3, "only what is on its way at once"


def test_requests_are_on_their_way_at_once(send: Sender, tmp_path: Path) -> None:
    """After the first, as many as four wait for their answers together."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(100)))
    together = threading.Barrier(4)
    bodies = iter(range(5))

    def change(body: bytes) -> bytes:
        if next(bodies):
            together.wait(timeout=20)
        return body

    send.front.change = change
    assert send(table, "--dry-run") == 0
    assert not together.broken


def test_interruption_of_many_says_what_is_in(
    front: Front, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ctrl-C counts what is in, writes what is not, and says that the same command goes on."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(60)))

    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    front.script = [twenty("created")]
    arguments = [str(table), "--url", front.url, *WHOM, "--failed", str(tmp_path / "rest.csv")]
    assert command.main(arguments, SIGNED, io.StringIO(), sleep=interrupted) == 5
    printed = capsys.readouterr()
    assert printed.out.endswith("\n20 created\n")
    assert "20 of 60 keys are in, 0 were refused, and 40 are not settled." in printed.err
    assert "Give the same command again to go on" in printed.err
    assert len((tmp_path / "rest.csv").read_text(encoding="utf-8").splitlines()) == 40


def test_a_closed_pipe_is_no_traceback(front: Front, tmp_path: Path) -> None:
    """Where nobody reads the output any more, the command ends without a word."""
    table = tmp_path / "hires.csv"
    table.write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(40)))
    words = [sys.executable, "-m", "local.send", str(table), "--url", front.url, *WHOM, "--dry-run"]
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **SIGNED}, stdout=closed, stderr=subprocess.PIPE, text=True
        )
    assert done.stderr == ""


def test_a_real_interruption_is_no_traceback(front: Front, tmp_path: Path) -> None:
    """SIGINT while an answer is awaited ends the command at once."""
    (tmp_path / "hires.csv").write_text("".join(f"n{number},{KEYS[0]}\n" for number in range(40)))
    arrived, go_on = threading.Event(), threading.Event()

    def change(body: bytes) -> bytes:
        arrived.set()
        go_on.wait(timeout=60)
        return body

    front.change = change
    words = [sys.executable, "-m", "local.send", str(tmp_path / "hires.csv"), "--url", front.url, *WHOM]
    with subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, **SIGNED}, stderr=subprocess.PIPE, text=True
    ) as process:
        assert arrived.wait(timeout=60)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        go_on.set()
    assert process.returncode == 5
    assert errors.startswith("Interrupted; what was sent may have arrived")
    assert "Traceback" not in errors
