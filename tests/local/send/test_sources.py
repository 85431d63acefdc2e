"""Keys from folders, tables and standard input, and what is refused before anything is sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.local.send.sender import (
    KEYS,
    Sender,
)


def test_folder_goes_out_in_one_request_and_comes_back_as_a_table(send: Sender, tmp_path: Path) -> None:
    """Every .pub file of a folder is sent; a name is made of the file's, a prefix before it."""
    folder = tmp_path / "keys"
    folder.mkdir()
    for name, key in zip(("bob", "alice.laptop", "carol"), (KEYS[0], KEYS[1], "no key"), strict=True):
        (folder / f"{name}.pub").write_text(key)
    (folder / "notes.txt").write_text("not a key")
    assert send(folder, "--prefix", "onb_") == 1
    assert [item["keyName"] for item in send.front.bodies[0]] == ["onb_alice_laptop", "onb_bob", "onb_carol"]
    lines = send.out.splitlines()
    assert lines[0].split() == ["NAME", "RESULT", "KEY", "ID", "BITS", "FINGERPRINT"]
    assert lines[1].split()[:2] == ["onb_alice_laptop", "created"]
    assert lines[1].split()[3] == "3072"
    assert lines[3].split()[:2] == ["onb_carol", "invalid-public-key/not-a-key"]
    assert lines[5].startswith("422 invalid-public-key/not-a-key: ")
    assert f"1 key: onb_carol ({folder / 'carol.pub'})" in " ".join(send.out.split())
    assert lines[-1] == "2 created, 1 invalid-public-key"
    assert send(folder / "bob.pub", "--prefix", "onb_") == 0
    assert send.out.startswith("unchanged\n")


def test_folder_without_keys_and_names_that_collide_are_refused(send: Sender, tmp_path: Path) -> None:
    """Nothing is sent where nothing can be told apart."""
    folder = tmp_path / "keys"
    folder.mkdir()
    assert send(folder) == 2
    assert send.err == f"There is no .pub file in {folder}.\n"
    for name in ("a-b.pub", "a.b.pub"):
        (folder / name).write_text(KEYS[0])
    assert send(folder) == 2
    assert (
        send.err == f"{folder / 'a-b.pub'} and {folder / 'a.b.pub'} would both be a_b: rename one of them.\n"
    )
    assert send(folder, "--name", "x") == 2
    assert "--name is for one key" in send.err
    assert send.front.bodies == []


def test_table_of_names_and_keys_is_sent(send: Sender, tmp_path: Path) -> None:
    """A table's columns may have names, in any case; a key is text or a file's path; tags are per person."""
    (tmp_path / "bob.pub").write_text(KEYS[1])
    table = tmp_path / "hires.CSV"
    table.write_text(
        f"\ufeffName,Tag:owner,key,project,Region\nonb_alice,alice,{KEYS[0]},,\n\nonb_bob,bob,bob.pub,1001,ap-shanghai\n",
        encoding="utf-8",
    )
    assert send(table, "--tag", "by=hr", "--dry-run") == 0
    assert send.front.bodies == [
        [
            {
                "keyName": "onb_alice",
                "publicKey": KEYS[0],
                "tags": {"by": "hr", "owner": "alice"},
                "dryRun": True,
            },
            {
                "keyName": "onb_bob",
                "publicKey": KEYS[1],
                "projectId": 1001,
                "region": "ap-shanghai",
                "tags": {"by": "hr", "owner": "bob"},
                "dryRun": True,
            },
        ]
    ]
    table.write_text(f"alice,{KEYS[0]}\n")
    assert send(table, "--prefix", "onb_") == 0
    assert send.front.bodies[1]["keyName"] == "onb_alice"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "There is no key in {path}."),
        ("name,key\n", "There is no key in {path}."),
        (
            "name,key,age\na,b c,7\n",
            "{path} has a column 'age'; known are name, key, project, region, account, tag:NAME. ",
        ),
        ("a,b c,d\n", "{path}: row 1 has 3 columns, not 2."),
        ("name,key,project\na,ssh-rsa x,-1\n", "The project '-1' is no number."),
        ("a,missing.pub\n", "There is no file {folder}/missing.pub."),
        (f"a,ssh-rsa {'A' * 200_000}\n", "{path} is no table of names and keys: field larger than"),
    ],
)
def test_table_that_cannot_be_read_is_refused(send: Sender, tmp_path: Path, text: str, says: str) -> None:
    """What is wrong with a table is said before anything is sent."""
    table = tmp_path / "hires.csv"
    table.write_text(text)
    assert send(table) == 2
    assert send.err.startswith(says.format(path=table, folder=tmp_path))
    assert send.front.bodies == []


@pytest.mark.parametrize("source", ["~nobody-of-this-name/a.pub", "hires.csv"])
def test_home_directory_that_is_not_there_is_told(
    send: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    """A path below somebody's home directory who has none is refused, in a table as on the command line."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hires.csv").write_text("alice,~nobody-of-this-name/a.pub\n")
    assert send(source) == 2
    assert send.err == "There is no home directory for ~nobody-of-this-name/a.pub: give the whole path.\n"


def test_table_that_is_no_text_is_refused(send: Sender, tmp_path: Path) -> None:
    """A table in another encoding, or none at all, is one sentence."""
    table = tmp_path / "hires.csv"
    assert send(table) == 2
    assert send.err == f"{table} cannot be read: No such file or directory.\n"
    table.write_bytes(b"\xff\xfe")
    assert send(table) == 2
    assert send.err == f"{table} cannot be read as a table in UTF-8 or GB18030.\n"


def test_private_key_never_leaves_this_machine(send: Sender, tmp_path: Path) -> None:
    """A private key in a file, a table or standard input is refused here, and nothing of it is shown."""
    begin, end = (f"-----{word} OPENSSH PRIVATE KEY-----" for word in ("BEGIN", "END"))
    private = f"{begin}\nb3BlbnNzaC1rZXktdjEAAAAAplanted\n{end}"
    path = tmp_path / "id_rsa"
    path.write_text(private)
    table = tmp_path / "hires.csv"
    table.write_text(f'alice,"{private}"\n')
    assert send(path) == 2
    assert "is a private key: it stays with you." in send.err
    assert send("-", "--name", "a", stdin=private) == 2
    message = "Nothing was sent: there is a private key in standard input. It stays with you; send the public"
    assert send.err == f"{message} half.\n"
    assert send(table) == 2
    assert "planted" not in send.out + send.err
    assert send.front.bodies == []
