"""What people read: one key, many keys, and how far it is."""

from __future__ import annotations

import io
from typing import Any

import pytest

from local.send import progress, report, sending
from local.send.wanted import KeyToSend


class Terminal(io.StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


def test_progress_is_a_line_on_a_terminal_and_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal it shows count, what is waited for and the time left; in a file there is nothing."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    terminal, plain, single = Terminal(), io.StringIO(), Terminal()
    for stream, total in ((terminal, 200), (plain, 200), (single, 1)):
        with progress.Progress(total, stream) as shown:
            shown.advance(100, "3 wait 5 s")
    assert "100/200" in terminal.getvalue()
    assert "3 wait 5 s" in terminal.getvalue()
    assert plain.getvalue() == ""
    assert single.getvalue() == ""


def outcomes(count: int, **members: Any) -> list[sending.KeyOutcome]:
    """Return so many keys that came to the same."""
    return [
        sending.KeyOutcome(KeyToSend({"keyName": f"n{number}"}, f"x.csv, row {number}"), 409, members)
        for number in range(count)
    ]


def test_refusals_are_grouped_by_cause() -> None:
    """A thousand refusals of two causes are a few lines, each with the first keys, and the sum is last."""
    quota = outcomes(900, code="key-pair-quota", detail="D.", remedy="R.", requestId="x")
    weak = outcomes(1, code="weak-public-key", reason="too-small", detail="E.")
    lines = report.of_keys([*quota, *weak]).splitlines()
    assert lines[0] == "409 key-pair-quota: D."
    assert lines[1] == "  R."
    assert lines[2].startswith("  900 keys: n0 (x.csv, row 0), n1 ")
    assert "and 895 more" in "".join(lines[2:4])
    assert "  1 key: n0 (x.csv, row 0)" in lines
    assert lines[-1] == "900 key-pair-quota, 1 weak-public-key"
    assert len(lines) < 12


def test_lines_fit_the_terminal() -> None:
    """Rows of the longest names and long sentences fit 100 columns."""
    body = {"result": "created", "keyId": "skey-12345678", "bits": 16384, "fingerprint": f"SHA256:{'x' * 43}"}
    done = sending.KeyOutcome(KeyToSend({"keyName": "n" * 25}, "x.csv, row 1"), 201, body)
    refused = outcomes(3, code="invalid-public-key", reason="wrong-algorithm", detail="word " * 50)
    printed = report.of_keys([done, *refused])
    assert max(map(len, printed.splitlines())) <= 100


GOOD_FOR = (
    "New instances can use these key pairs. For an existing instance, ask an administrator to bind one."
)


def test_what_many_key_pairs_are_good_for_is_said_once() -> None:
    """Before the sum, where at least one is in; not after a dry run, and not where none is."""
    wanted = KeyToSend({"keyName": "a"}, "x.csv, row 1")

    def said(**body: Any) -> str:
        done = sending.KeyOutcome(wanted, 201, body)
        return report.of_keys([done, done, *outcomes(1, code="key-pair-quota", detail="D.")])

    for result in ("created", "unchanged"):
        text = said(result=result)
        assert text.count(GOOD_FOR) == 1
        assert "2 " + result in text.splitlines()[-1]
        assert text.splitlines()[-2] == ""
    assert GOOD_FOR not in said(result="created", dryRun=True)
    assert GOOD_FOR not in report.of_keys(outcomes(2, code="key-pair-quota"))


def test_accounts_have_a_column_where_there_are_several() -> None:
    """Of a refused key it is the account that it should have gone to; the own one has no name."""
    done = sending.KeyOutcome(KeyToSend({"keyName": "a"}, "x"), 201, {"result": "created", "keyName": "a"})
    prod = done._replace(body={**done.body, "account": "prod"})
    refused = sending.KeyOutcome(
        KeyToSend({"keyName": "c", "account": "test"}, "x"), 403, {"code": "forbidden", "reason": "accounts"}
    )
    header, *rows = (line.split() for line in report.of_keys([done, prod, refused]).splitlines()[:4])
    assert header[:3] == ["NAME", "ACCOUNT", "RESULT"]
    assert rows == [["a", "created"], ["a", "prod", "created"], ["c", "test", "forbidden/accounts"]]
    assert "ACCOUNT" not in report.of_keys([done, done])


def test_nothing_of_an_answer_can_command_the_terminal() -> None:
    """Control characters that came over the network are shown as question marks."""
    wanted = KeyToSend({"keyName": "a"}, "x.csv, row 1")
    body = {
        "code": "invalid-request",
        "detail": "\x1b[2J\x07",
        "errors": [{"pointer": "\x1b", "detail": "d"}, 7],
    }
    both = [sending.KeyOutcome(wanted, 422, body), sending.KeyOutcome(wanted, 201, {"result": "\x1bcreated"})]
    assert "\x1b" not in report.of_key(both[0]) + report.of_key(both[1]) + report.of_keys(both)
    assert report.of_key(both[0]).splitlines() == ["422 invalid-request: ?[2J?", "  ?: d"]


def test_differences_are_told() -> None:
    """What an unchanged key pair has otherwise than asked for is a line each."""
    body = {
        "result": "unchanged",
        "keyName": "a",
        "differences": [
            {"pointer": "/projectId", "requested": 1, "stored": 0},
            {"pointer": "/tags/owner", "requested": "alice", "stored": None},
            "nonsense",
        ],
    }
    lines = report.of_key(sending.KeyOutcome(KeyToSend({"keyName": "a"}, "x"), 200, body))
    assert "  differs  /projectId: asked for 1, stored is 0\n" in lines
    assert "  differs  /tags/owner: asked for alice, stored is nothing" in lines


def test_what_a_key_pair_is_good_for_is_said_in_one_sentence() -> None:
    """An imported key ends with what it can be used for, and no place in the sentence is left open."""
    done = sending.KeyOutcome(KeyToSend({"keyName": "a"}, "x"), 201, {"result": "created", "keyName": "a"})
    assert report.of_key(done).splitlines()[-1] == (
        "New instances can use this key pair. For an existing instance, ask an administrator to bind it."
    )
    dry = done._replace(body={**done.body, "dryRun": True})
    assert "New instances" not in report.of_key(dry)


def test_the_sum_of_a_dry_run_says_that_nothing_was_written() -> None:
    """Many keys that could be imported are not taken for imported ones."""
    done = sending.KeyOutcome(KeyToSend({"keyName": "a"}, "x"), 200, {"result": "created", "dryRun": True})
    refused = outcomes(1, code="key-pair-quota", detail="D.")
    printed = report.of_keys([done, done, *refused]).splitlines()
    assert printed[-1] == "2 created, 1 key-pair-quota (dry run, nothing was written)"
    assert report.of_keys([done._replace(body={"result": "created"}), *refused]).endswith("1 key-pair-quota")
