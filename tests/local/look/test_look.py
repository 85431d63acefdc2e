"""The command that looks, against the function behind HTTP."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from local.columns import WIDTH
from local.cvm import Options, StandIn, serve
from local.in_process import ROOT
from local.look import __main__ as command
from local.look import listing
from tests.local.send.sender import API, KEYS, MINTED, Front, fronted, problem

NOW = 1_800_000_000.0  # 2027-01-15
ENVIRON = {"PLATFORM_TEAM_API_KEY": API.secret}
WHOM = ["--as", "platform-team"]


@pytest.fixture
def cvm() -> Iterator[StandIn]:
    """Serve an account with three key pairs, one of which is past its day."""
    with serve(Options(rate=0, quota=300)) as running:
        insert = running.account.insert
        insert("carol", KEYS[2], 7, {"expires-on": "2027-01-15"}, ("ins-1",), "2024-03-01T00:00:00Z")
        insert(
            "alice",
            KEYS[0],
            0,
            {"expires-on": "2027-01-14", "owner": "a\x1b[31m"},
            (),
            "2025-01-01T00:00:00Z",
        )
        insert("bob", KEYS[1], 0, {"expires-on": "soon"}, (), "2023-12-31T00:00:00Z")
        yield running


@pytest.fixture
def front(cvm: StandIn) -> Iterator[Front]:
    """Yield the function behind HTTP; who has the API key may look."""
    entries = [MINTED.entry, {**API.entry, "allow": {"look": True}}]
    with fronted(cvm, entries=entries) as running:
        yield running


class Terminal(io.StringIO):
    """A terminal, as far as a program can tell."""

    def isatty(self) -> bool:
        """Say that it is one."""
        return True


class Look:
    """Runs the command and holds what it printed."""

    def __init__(self, front: Front, capsys: pytest.CaptureFixture[str]) -> None:
        self.front = front
        self._capsys = capsys
        self.out = self.err = ""

    def __call__(self, *arguments: str, environ: Mapping[str, str] = ENVIRON, url: str = "") -> int:
        """Look as the platform team, unless something else is chosen; return the exit code."""
        whom = [] if {"--as", "--api-key-env", "--nobody"} & set(arguments) else WHOM
        words = [word for word in arguments if word != "--nobody"]
        code = command.main(["--url", url or self.front.url, *whom, *words], environ, lambda: NOW)
        self.out, self.err = self._capsys.readouterr()
        for text in (self.out, self.err):
            assert API.secret not in text
            assert "\x1b" not in text
            if "--json" not in arguments:
                assert [line for line in text.splitlines() if len(line) > WIDTH] == []
        return code


@pytest.fixture
def look(
    front: Front, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Look:
    """Return the command, against that function, where no callers.json is."""
    monkeypatch.chdir(tmp_path)
    return Look(front, capsys)


def test_a_table_sorted_by_name_and_a_line_about_all(look: Look) -> None:
    """When each was made, when it should go, how many use it; the oldest and the expired are named."""
    assert look() == 0
    lines = look.out.splitlines()
    assert lines[0].split() == ["NAME", "KEY", "ID", "BITS", "CREATED", "EXPIRES", "USED", "FINGERPRINT"]
    assert [line.split()[0] for line in lines[1:4]] == ["alice", "bob", "carol"]
    assert lines[1].split()[2:6] == ["3072", "2025-01-01", "2027-01-14", "0"]
    assert lines[2].split()[2:5] == ["3072", "2023-12-31", "0"]
    assert lines[3].split()[2:6] == ["3072", "2024-03-01", "2027-01-15", "1"]
    assert "SHA256:" in lines[1]
    assert lines[4:] == ["3 key pairs; the oldest is bob of 2023-12-31; 1 expired: alice."]
    assert look.err == ""


def test_one_key_pair_is_shown_whole(look: Look) -> None:
    """Both fingerprints, the project and all tags, without what a terminal would obey."""
    assert look("--name", "alice") == 0
    rows = dict(line.split(None, 1) for line in look.out.splitlines()[1:] if line.startswith("  "))
    assert look.out.splitlines()[0] == "alice"
    assert rows["project"] == "0"
    assert rows["is"].startswith("3072 bits, SHA256:")
    assert "  tag      owner=a?[31m" in look.out.splitlines()
    assert look.out.splitlines()[-1].startswith("1 key pair; the oldest is alice")


def test_a_key_that_cannot_be_read_is_shown_all_the_same(look: Look, cvm: StandIn) -> None:
    """A key that cannot be read is shown without bits and fingerprint."""
    cvm.account.insert("strange", "ssh-rsa AAAA_no_base64")
    assert look("--name", "strange") == 0
    assert "not a readable key" in look.out


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--fingerprint", "MD5"], ["bob"]),
        (["--fingerprint", "SHA256"], ["bob"]),
        (["--expires-before", "2027-01-15"], ["alice"]),
        (["--expires-before", "2027-01-16"], ["alice", "carol"]),
        (["--after", "alice"], ["bob", "carol"]),
        (["--limit", "2"], ["alice", "bob"]),
        (["--limit", "2", "--after", "alice"], ["bob", "carol"]),
        (["--region", "ap-shanghai"], ["alice", "bob", "carol"]),
        (["--account", "own"], ["alice", "bob", "carol"]),
    ],
)
def test_options_choose(look: Look, arguments: list[str], names: list[str]) -> None:
    """Each option is a parameter of the function."""
    look("--json", "--name", "bob")
    (bob,) = json.loads(look.out)["keyPairs"]
    short = {"MD5": bob["fingerprintMd5"], "SHA256": bob["fingerprint"]}
    assert look("--json", *(short.get(word, word) for word in arguments)) == 0
    assert [pair["keyName"] for pair in json.loads(look.out)["keyPairs"]] == names


def test_json_is_what_the_function_answers(look: Look) -> None:
    """The line about all goes to standard error, so that the document stays one."""
    assert look("--json", "--limit", "1") == 0
    document = json.loads(look.out)
    assert document["next"] == "alice"
    assert set(document) == {"keyPairs", "next"}
    assert document["keyPairs"][0]["tags"]["owner"] == "a\x1b[31m"
    assert look.out.isascii()
    assert look.err.startswith("1 key pair; ")


def test_pages_are_followed(look: Look, cvm: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many requests as it takes; a limit ends it, and is passed on where it is less than a page."""
    for number in range(6):
        cvm.account.insert(f"n{number}", KEYS[3 + number] if number + 3 < len(KEYS) else "")
    monkeypatch.setattr(listing, "_TOGETHER", 4)
    assert look("--json") == 0
    assert len(json.loads(look.out)["keyPairs"]) == 9
    assert len(look.front.paths) == 3
    look.front.paths.clear()
    assert look("--limit", "6") == 0
    assert [path.partition("?")[2] for path in look.front.paths] == ["limit=4", "limit=2&after=n0"]
    assert " ".join(look.out.split()).endswith("There are more: go on with --after n2.")


def test_what_is_not_there_is_an_exit_code_of_its_own(look: Look) -> None:
    """For scripts that ask whether a key is there; an empty list is none."""
    assert look("--name", "nobody") == 6
    assert look.out == "0 key pairs; 0 expired.\n"
    assert look("--fingerprint", f"SHA256:{'A' * 43}") == 6
    assert look("--after", "zzz") == 0


@pytest.mark.parametrize(
    ("arguments", "environ", "says"),
    [
        (["--nobody"], ENVIRON, "Say as whom to look: --as CALLER or --api-key-env VARIABLE.\n"),
        ([], {}, "Set the environment variable PLATFORM_TEAM_API_KEY to the API key.\n"),
        (["--api-key-env", "K"], {"K": "short"}, "K holds no API key"),
    ],
)
def test_without_a_key_nothing_is_asked(
    look: Look, arguments: list[str], environ: dict[str, str], says: str
) -> None:
    """The message names the variable, never what it holds."""
    assert look(*arguments, environ=environ) == 2
    assert look.err.startswith(says)
    assert look.front.paths == []


def test_the_callers_file_says_who_has_a_key(look: Look, tmp_path: Path) -> None:
    """Somebody who signs cannot look, since a signature covers no query."""
    (tmp_path / "callers.json").write_text(json.dumps({"callers": [MINTED.entry, API.entry]}))
    assert look() == 0
    signing = {"ONBOARDING_SECRET": MINTED.secret}
    assert look("--as", "onboarding", environ=signing) == 2
    assert look.err == "onboarding signs what it sends, which is no proof of who looks.\n"
    assert look("--as", "nobody") == 2
    elsewhere = tmp_path / "elsewhere.json"
    (tmp_path / "callers.json").rename(elsewhere)
    assert look("--callers", str(elsewhere)) == 0
    assert look("--api-key-env", "K", environ={"K": API.secret}) == 0


@pytest.mark.parametrize("url", ["ftp://x", "https://x/?a=b", "https://"])
def test_a_url_that_is_none_is_refused(look: Look, url: str) -> None:
    """A text that is no URL is refused, as `local.send` does."""
    assert look(url=url) == 2
    assert look.err.startswith("a URL is https://HOST")


@pytest.mark.parametrize("word", ["0", "-1", "many"])
def test_a_limit_is_a_number(look: Look, word: str) -> None:
    """A limit is a number of one or more."""
    with pytest.raises(SystemExit) as ended:
        look("--limit", word)
    assert ended.value.code == 2


def test_refusals_are_said_with_their_remedy(look: Look) -> None:
    """Status, code, what is wrong and what to do; the exit code says whether the same may succeed later."""
    assert look("--name", "a-b") == 1
    assert look.err.startswith("422 invalid-request: The query of the request is wrong.\n  /keyName: ")
    assert look("--account", "prod") == 1
    assert "403 forbidden/accounts" in look.err
    look.front.script = [problem(503, "upstream-busy", retryable=True)]
    assert look() == 4
    assert look.out == ""


def test_an_unknown_caller_and_something_else_are_told_apart(look: Look) -> None:
    """A 401 has an id to look for in the log; an answer that is not the function's is said to be none."""
    stranger = {"PLATFORM_TEAM_API_KEY": "x" * 40}
    assert look(environ=stranger) == 3
    assert "the function does not know this caller. Its log has the cause under " in " ".join(
        look.err.split()
    )
    for status, body in ((200, b"<html>"), (404, b"{}"), (200, b'{"keyPairs": [1]}'), (302, b"")):
        look.front.script = [(status, {}, body)]
        assert look() == 5
        assert f"answers {status}, and not as this function does" in " ".join(look.err.split())


def test_a_page_that_leads_back_ends_it(look: Look) -> None:
    """No list is asked for without end."""
    page = b'{"keyPairs": [{"keyName": "a"}], "next": "a"}'
    look.front.script = [(200, {}, page)] * 5
    assert look() == 5
    assert len(look.front.paths) == 2
    assert look.out == ""


def test_no_answer_is_told_in_words(look: Look) -> None:
    """A sentence says that no answer came: nobody listens, or the answer breaks off."""
    look.front.script = [(0, {}, b"")]
    assert look() == 5
    assert "broke off" in look.err
    assert look(url="http://127.0.0.1:9") == 5
    assert look.err == "http://127.0.0.1:9: nobody listens there.\n"


def test_plain_http_beyond_this_machine_is_told(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever listens on the way could read the API key."""
    monkeypatch.setattr(command, "get", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert look(url="http://function.example") == 5
    assert look.err == (
        "Warning: http:// is not encrypted; use https://.\nInterrupted; nothing was changed.\n"
    )


@pytest.mark.parametrize("environ", [{}, {"NO_COLOR": "1"}])
def test_colour_is_for_terminals_that_want_it(
    front: Front, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str]
) -> None:
    """How many should be gone stands out; not where NO_COLOR is set."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm-256color", **environ}.items():
        monkeypatch.setenv(name, value)
    stream = Terminal()
    monkeypatch.setattr(sys, "stdout", stream)
    assert command.main(["--url", front.url, *WHOM], ENVIRON, lambda: NOW) == 0
    assert ("\x1b[3" in stream.getvalue()) is not bool(environ)


def test_a_closed_pipe_is_no_traceback(front: Front) -> None:
    """Where nobody reads the output any more, the command ends without a word."""
    words = [sys.executable, "-m", "local.look", "--url", front.url, *WHOM]
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(
            words, cwd=ROOT, env={**os.environ, **ENVIRON}, stdout=closed, stderr=subprocess.PIPE, text=True
        )
    assert done.stderr == ""
