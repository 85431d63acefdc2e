"""One flat ASCII JSON object per line."""

from __future__ import annotations

import io
import json
import sys

import pytest

from handler.log import Log


def test_a_line_is_one_flat_ascii_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever is in a field, a line stays one line of ASCII JSON with the common fields in it."""
    Log("info", {"requestId": "r1"}).write(
        "info", "It\nhappened", name="é\u2028\ud800", count=0, none=None, blank=""
    )

    written = capsys.readouterr().out
    assert written.count("\n") == 1
    assert written.isascii()
    assert json.loads(written) == {
        "log": "info",
        "message": "It\nhappened",
        "requestId": "r1",
        "name": "é\u2028\ud800",
        "count": 0,
    }


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_the_level_hides_what_is_below_it(
    level: str, seen: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines below the lowest level are not written."""
    log = Log(level, {})
    for each in ("debug", "info", "warning", "error"):
        log.write(each, "x")

    assert [json.loads(line)["log"] for line in capsys.readouterr().out.splitlines()] == seen


def test_no_level_hides_an_audit_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A decision is always on record."""
    Log("error", {"requestId": "r1"}).audit({"result": "created", "keyId": ""})

    assert json.loads(capsys.readouterr().out) == {"log": "audit", "requestId": "r1", "result": "created"}


def test_standard_output_is_looked_up_at_each_write(monkeypatch: pytest.MonkeyPatch) -> None:
    """SCF may put another stream in place after the module was loaded."""
    log = Log("info", {})
    later = io.StringIO()
    monkeypatch.setattr(sys, "stdout", later)
    log.write("info", "x")

    assert json.loads(later.getvalue()) == {"log": "info", "message": "x"}
