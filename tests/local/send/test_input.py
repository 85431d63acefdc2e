"""Standard input takes tables and lines; names that lose everything and foreign encodings are told."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.local.send.sender import KEYS, Sender

ROWS = f"name,key,tag:owner\nonb_alice,{KEYS[0]},爱丽丝\nonb_bob,{KEYS[1]},鲍勃\n"


def names(send: Sender) -> list[str]:
    """Return the names that were sent, in the order of the input."""
    return [item["keyName"] for body in send.front.bodies for item in body]


def test_a_table_from_standard_input_is_sent(send: Sender) -> None:
    """What looks like a table is read as one, with tabs or commas."""
    assert send("-", "--dry-run", stdin=ROWS) == 0
    assert names(send) == ["onb_alice", "onb_bob"]
    assert send("-", "--prefix", "onb_", stdin=f"carol\t{KEYS[2]}\ndave\t{KEYS[3]}\n") == 0
    assert names(send)[2:] == ["onb_carol", "onb_dave"]


def test_lines_of_keys_are_named_after_their_comments(send: Sender) -> None:
    """Many `.pub` files in a pipe are as many keys."""
    lines = "".join(
        f"{' '.join(key.split()[:2])} {name}@laptop\n" for key, name in zip(KEYS[:3], "abc", strict=True)
    )
    assert send("-", "--prefix", "onb_", stdin=f"\n{lines}") == 0
    assert names(send) == ["onb_a_laptop", "onb_b_laptop", "onb_c_laptop"]


@pytest.mark.parametrize(
    ("comments", "message"),
    [
        ([" a", ""], "Nothing was sent: the key of standard input, line 2 has no comment to make a name of."),
        ([" a", " a"], "standard input, line 1 and standard input, line 2 would both be a: rename one"),
        ([" a", " 张三"], "no key name can be made of the comment of standard input, line 2"),
    ],
)
def test_lines_without_a_name_of_their_own_are_refused(
    send: Sender, comments: list[str], message: str
) -> None:
    """Nothing is sent where a key has no name, and the way out is a table."""
    lines = [" ".join(key.split()[:2]) + comment for key, comment in zip(KEYS, comments, strict=False)]
    assert send("-", stdin="\n".join(lines)) == 2
    assert message in send.err
    assert send.front.bodies == []


def test_a_table_in_gb18030_is_read_and_that_is_said(send: Sender, tmp_path: Path) -> None:
    """Excel in China saves tables so; the tags arrive as they were typed."""
    table = tmp_path / "hires.csv"
    table.write_bytes(ROWS.encode("gb18030"))
    assert send(table) == 0
    assert send.front.bodies[0][0]["tags"] == {"owner": "爱丽丝"}
    assert send.err == f"{table} is not UTF-8: it was read as GB18030, as Excel in China saves it.\n"


def test_a_table_names_the_column_that_holds_the_names(send: Sender, tmp_path: Path) -> None:
    """With --name-column and --key-column any table will do; what is not sent is said."""
    table = tmp_path / "hires.csv"
    table.write_text(f"姓名,工号,公钥\n张三,e100,{KEYS[0]}\n李四,e101,{KEYS[1]}\n", encoding="utf-8")
    columns = ("--name-column", "工号", "--key-column", "公钥", "--prefix", "onb_")
    assert send(table, *columns) == 0
    assert names(send) == ["onb_e100", "onb_e101"]
    assert send.err == f"Columns of {table} that are not sent: 姓名.\n"
    assert send(table, "--name-column", "name2") == 2
    assert send.err.startswith(
        f"The first line of {table} does not name the columns name2 and key; it has 姓名"
    )


def test_a_table_whose_columns_have_other_names_is_refused_with_a_way_out(
    send: Sender, tmp_path: Path
) -> None:
    """A first line without a key above one with a key names columns: they are listed, and nothing is sent."""
    table = tmp_path / "hires.csv"
    for first, row in (("姓名,工号,公钥", f"张三,e100,{KEYS[0]}"), ("user,pubkey", "e100,e100.pub")):
        table.write_text(f"{first}\n{row}\n", encoding="utf-8")
        assert send(table) == 2
        columns = first.replace(",", ", ")
        assert send.err.startswith(f"The first line of {table} names the columns {columns}.\n")
        assert "--name-column and --key-column" in send.err
    assert send.front.bodies == []


def test_an_account_is_chosen_for_all_or_by_row(send: Sender, tmp_path: Path) -> None:
    """`--account` is for every key, and a row's own account goes before it."""
    table = tmp_path / "hires.csv"
    table.write_text(f"name,key,account\na,{KEYS[0]},\nb,{KEYS[1]},prod\n", encoding="utf-8")
    send(table, "--account", "own", "--report", str(tmp_path / "out.csv"))
    report = (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row["account"] for row in csv.DictReader(report)] == ["own", "prod"]
    assert [item["account"] for item in send.front.bodies[0]] == ["own", "prod"]


def test_a_name_that_loses_all_its_letters_is_refused(send: Sender, tmp_path: Path) -> None:
    """Of 张三.pub no name can be made: the ways out are named, and nothing is sent."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "bob.pub").write_text(KEYS[1])
    (folder / "张三.pub").write_text(KEYS[0])
    for source in (folder, folder / "张三.pub"):
        assert send(source, "--prefix", "onb_") == 2
        assert send.err.startswith(f"Nothing was sent: no key name can be made of {folder / '张三.pub'}")
        assert "--name-column" in send.err
    assert send(folder / "张三.pub", "--name", "onb_zhangsan") == 0
    assert len(send.front.bodies) == 1


def test_one_private_key_in_a_folder_stops_everything(send: Sender, tmp_path: Path) -> None:
    """It is said that nothing was sent, and which file it is."""
    folder = tmp_path / "keys"
    folder.mkdir()
    (folder / "alice.pub").write_text(KEYS[0])
    begin, end = (f"-----{word} RSA PRIVATE KEY-----" for word in ("BEGIN", "END"))
    (folder / "bob.pub").write_text(f"{begin}\nplanted\n{end}\n")
    assert send(folder) == 2
    assert send.err.startswith(f"Nothing was sent: {folder / 'bob.pub'} is a private key: it stays with you.")
    assert "planted" not in send.err
    assert send.front.bodies == []
