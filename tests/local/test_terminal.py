"""Colour is for terminals: nothing of it in a file, and none where NO_COLOR is set."""

from __future__ import annotations

import io

import pytest

from local import columns, terminal


class Terminal(io.StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


TEXT = "1. A new key\n   status       201\n   problem      invalid-request\n# a comment\n"


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_a_terminal_gets_colour() -> None:
    """What is good is green, what is not is red."""
    stream = Terminal()
    terminal.say(TEXT, stream)

    assert "\x1b[32m201\x1b[0m" in stream.getvalue()
    assert "\x1b[31minvalid-request\x1b[0m" in stream.getvalue()


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a terminal gets plain text (https://no-color.org)."""
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    terminal.say(TEXT, stream)

    assert stream.getvalue() == f"{TEXT}\n"


def test_a_file_gets_the_text_alone() -> None:
    """Also a line that is wider than the terminal stays one line, since it may be there to be copied."""
    stream = io.StringIO()
    terminal.say(f"{TEXT}{'word ' * 60}[bold]", stream)

    assert stream.getvalue() == f"{TEXT}{'word ' * 60}[bold]\n"


def test_a_row_is_broken_below_its_text() -> None:
    """A long text goes on below itself, and its own lines stay lines."""
    broken = columns.row("remedy", f"{'word ' * 30}\nend").splitlines()

    assert broken[0].startswith("   remedy       word ")
    assert max(map(len, broken)) <= 100
    assert broken[1].startswith(" " * 16 + "word")
    assert broken[-1] == " " * 16 + "end"


def test_a_line_of_help_is_broken_below_its_second_column() -> None:
    """A list of names and texts stays one."""
    first, second, *_ = columns.fitted(f"  name    {'word ' * 30}").splitlines()

    assert first.startswith("  name    word")
    assert second.startswith(" " * 10 + "word")
    assert columns.fitted("short") == "short"
