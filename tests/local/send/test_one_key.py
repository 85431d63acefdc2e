"""One key: what is sent, what is said, and the exit code."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from local import cvm
from local.send import __main__ as command
from tests.local.send.sender import (
    API,
    KEYS,
    MINTED,
    Sender,
    fronted,
)


def test_key_is_imported_and_told_in_a_few_lines(send: Sender, key_file: Path, stand_in: cvm.StandIn) -> None:
    """A signed request imports the key; the answer has id, region, size and fingerprint."""
    assert send(key_file, "--name", "onb_alice") == 0
    assert [pair.key_name for pair in stand_in.account] == ["onb_alice"]
    first, *rest = send.out.splitlines()
    assert first == "created"
    assert rest[0].split() == ["key", "onb_alice", next(iter(stand_in.account)).key_id]
    assert rest[1].split(None, 1) == ["in", "ap-guangzhou, project 0"]
    assert rest[2].startswith("  is       3072 bits, SHA256:")
    assert send.err == ""
    assert send(key_file, "--name", "onb_alice") == 0
    assert send.out.startswith("unchanged\n")


def test_everything_that_can_be_chosen_is_sent(send: Sender, key_file: Path) -> None:
    """Project, region, tags and dry run arrive as the request's members; what is not chosen is not sent."""
    options = (
        "--project",
        "1001",
        "--region",
        "ap-shanghai",
        "--tag",
        "owner=alice",
        "--tag",
        "x=a=b",
        "--dry-run",
    )
    assert send(key_file, "--name", "onb_alice", *options) == 0
    assert send.front.bodies == [
        {
            "keyName": "onb_alice",
            "publicKey": KEYS[0],
            "projectId": 1001,
            "region": "ap-shanghai",
            "tags": {"owner": "alice", "x": "a=b"},
            "dryRun": True,
        }
    ]
    assert send.out.startswith("created (dry run, nothing was written)\n")
    assert "  tags     owner=alice, x=a=b\n" in send.out
    send(key_file)
    assert send.front.bodies[1] == {"keyName": "alice", "publicKey": KEYS[0]}


def test_key_from_standard_input_needs_a_name(send: Sender) -> None:
    """`-` reads a key from standard input; without `--name` it is named after its comment, if it has one."""
    assert send("-", "--name", "onb_alice", stdin=KEYS[0] + "\n") == 0
    assert send.front.bodies[0]["publicKey"] == KEYS[0]
    assert send("-", stdin=" ".join(KEYS[0].split()[:2])) == 2
    assert send.err == "A key from standard input has no name: give it one with --name.\n"
    assert send("-", "--prefix", "onb_", stdin=" ".join([*KEYS[1].split()[:2], "alice@laptop"])) == 0
    assert send.front.bodies[1]["keyName"] == "onb_alice_laptop"


def test_refused_key_says_why_and_what_to_do(send: Sender, key_file: Path) -> None:
    """A problem shows status, code, reason, detail and remedy; the exit code is 1."""
    key_file.write_text(
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl a@b"
    )
    assert send(key_file) == 1
    assert send.out.startswith("422 invalid-public-key/wrong-algorithm: ")
    assert len(send.out.splitlines()) >= 2
    assert send(key_file, "--name", "alice-laptop") == 1
    assert send.out.startswith("422 invalid-request: ")
    assert "  /keyName: " in send.out


def test_conflict_names_what_is_in_the_way(send: Sender, key_file: Path, tmp_path: Path) -> None:
    """The name that holds another key comes with its id."""
    other = tmp_path / "other.pub"
    other.write_text(KEYS[1])
    assert send(key_file, "--name", "onb_alice") == 0
    assert send(other, "--name", "onb_alice") == 1
    assert send.out.startswith("409 key-name-conflict: ")
    assert "keyName onb_alice, keyId skey-" in send.out


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e30", "soon"])
def test_timeout_that_is_no_time_is_refused(send: Sender, key_file: Path, seconds: str) -> None:
    """A time that is none is a usage error."""
    with pytest.raises(SystemExit) as ended:
        send(key_file, "--timeout", seconds)
    assert ended.value.code == 2
    assert send.front.bodies == []


def test_tag_without_a_value_is_a_usage_error(send: Sender, key_file: Path) -> None:
    """A tag is NAME=VALUE."""
    for tag in ("owner", "=x"):
        with pytest.raises(SystemExit) as ended:
            send(key_file, "--tag", tag)
        assert ended.value.code == 2


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """--help explains sources, secrets and exit codes."""
    with pytest.raises(SystemExit) as ended:
        command.main(["--help"], {}, io.StringIO())
    assert ended.value.code == 0
    printed = capsys.readouterr().out
    assert "exit code:  0" in printed
    assert "ONBOARDING_SECRET or ONBOARDING_API_KEY" in printed


def test_one_caller_alone_is_enough(
    stand_in: cvm.StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The rules of the caller hold for what is sent: a name beyond them is refused by name of the rule."""
    entry = {**MINTED.entry, "allow": {"keyNames": ["onb_*"]}}
    with fronted(stand_in, entries=[entry, API.entry]) as front:
        send = Sender(front, capsys)
        assert send(key_file, "--name", "alice") == 1
        assert send.out.startswith("403 forbidden/key-names: The rule `keyNames` of this caller says no: ")
        assert send(key_file, "--name", "onb_alice") == 0
