"""Files about many keys: a report of every row, and what is to be sent again in the input's own form."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from tests.local.send.sender import KEYS, Sender, problem


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three rows: a good key, a bad one, and a path."""
    (tmp_path / "bob.pub").write_text(KEYS[1])
    path = tmp_path / "hires.csv"
    path.write_text(f"Name,Key,tag:owner\nalice,{KEYS[0]},a\ncarol,no key,c\nbob,bob.pub,b\n")
    return path


def test_every_key_is_a_row_of_the_report(send: Sender, table: Path, tmp_path: Path) -> None:
    """Status, code, remedy and key id stand in it, as CSV that Excel reads or as JSON lines."""
    assert send(table, "--report", str(tmp_path / "out.csv")) == 1
    assert f"Every key is a row in {tmp_path / 'out.csv'}." in send.err
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert text.startswith("\ufeffname,origin,status,result,code,")
    alice, carol, bob = csv.DictReader(text[1:].splitlines())
    assert (alice["name"], alice["status"], alice["result"]) == ("alice", "201", "created")
    assert alice["keyId"].startswith("skey-")
    assert (carol["status"], carol["code"], carol["reason"]) == ("422", "invalid-public-key", "not-a-key")
    assert carol["remedy"]
    assert bob["result"] == "created"
    assert send(table, "--report", str(tmp_path / "out.jsonl")) == 1
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [line["status"] for line in lines] == [200, 422, 200]
    assert "code" not in lines[0]


def test_what_failed_can_be_sent_again(send: Sender, table: Path, tmp_path: Path) -> None:
    """The rows that are not in stand in a table with the same columns, and go in once they are mended."""
    failed = tmp_path / "elsewhere" / "rest.csv"
    failed.parent.mkdir()
    assert send(table, "--failed", str(failed)) == 1
    assert f"What is not in (1) is in {failed}, to be sent again." in send.err
    assert failed.read_bytes() == b"\xef\xbb\xbfName,Key,tag:owner\r\ncarol,no key,c\r\n"
    failed.write_text(failed.read_text(encoding="utf-8").replace("no key", KEYS[2]), encoding="utf-8")
    assert send(failed) == 0
    assert send.front.bodies[-1] == {"keyName": "carol", "publicKey": KEYS[2], "tags": {"owner": "c"}}


def test_a_path_in_what_failed_leads_to_the_same_file(send: Sender, table: Path, tmp_path: Path) -> None:
    """Nothing was answered, so every row is in it, and its paths are whole."""
    send.front.script = [problem(503, "upstream-busy", retryable=True)]
    (tmp_path / "elsewhere").mkdir()
    failed = tmp_path / "elsewhere" / "rest.csv"
    assert send(table, "--failed", str(failed)) == 4
    assert f"bob,{tmp_path / 'bob.pub'},b" in failed.read_text(encoding="utf-8")
    table.write_text(failed.read_text(encoding="utf-8"), encoding="utf-8")
    assert send(failed) == 1
    assert "2 created, 1 invalid-public-key" in send.out


def test_what_failed_of_a_folder_is_a_folder(send: Sender, tmp_path: Path) -> None:
    """Of a folder the files are copied, of lines the lines."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "alice.pub").write_text(KEYS[0])
    (folder / "carol.pub").write_text("no key")
    failed = tmp_path / "rest"
    assert send(folder, "--failed", str(failed)) == 1
    assert [path.name for path in failed.iterdir()] == ["carol.pub"]
    assert send(failed) == 1
    lines = f"{KEYS[0].rsplit(None, 1)[0]} alice\nssh-rsa AAAA carol\n"
    assert send("-", "--failed", str(tmp_path / "rest.txt"), stdin=lines) == 1
    assert (tmp_path / "rest.txt").read_text() == "ssh-rsa AAAA carol\n"


def test_where_everything_is_in_there_is_no_such_file(send: Sender, tmp_path: Path) -> None:
    """An empty file to send again would be refused."""
    (tmp_path / "hires.csv").write_text(f"a,{KEYS[0]}\n")
    assert send("hires.csv", "--failed", "rest.csv") == 0
    assert not (tmp_path / "rest.csv").exists()


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        (["--report", "out.txt"], "--report out.txt: the name has to end in .csv or .jsonl."),
        (["--report", "no/out.csv"], "--report no/out.csv: there is no folder no."),
        (["--failed", "rest.txt"], "--failed rest.txt: the name has to end in .csv, as it will be a table."),
    ],
)
def test_a_file_that_cannot_be_written_is_told_before(
    send: Sender, table: Path, switches: list[str], message: str
) -> None:
    """Nothing is sent where what comes of it could not be written down."""
    assert send(table, *switches) == 2
    assert send.err == f"{message}\n"
    assert send.front.bodies == []
