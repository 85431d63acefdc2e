"""What somebody typed, to a command."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler.chat import command
from handler.key_gate import public_key
from handler.problems import InvalidPublicKey, InvalidRequest, WeakPublicKey
from tests import growth
from tests.handler.chat.mangling import HARMFUL, HARMLESS, WRAPPING, wrapped
from tests.keys import forms

KEY = forms.line()
KEYS = {name: forms.line(*numbers) for name, numbers in forms.SOUND.items() if numbers.n.bit_length() <= 4096}


def value(typed: str) -> dict[str, Any]:
    """Return the request that an import asks for."""
    read = command.parse(typed)
    assert read.verb == "import"
    return read.value


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "help",
        "HELP me",
        "hello",
        "/import a",
        "imports a",
        "importa",
        "what is this?",
        f"{KEY}",
        "帮助",
        "查一下",
        "help import",
    ],
)
def test_what_is_no_command_is_a_call_for_help(typed: str) -> None:
    """Everything that is neither import nor check is answered with how commands are written."""
    assert command.parse(typed) == ("help", {}, "")


@pytest.mark.parametrize(
    "verb", ["import", "Import", "IMPORT", "  import", "\nimport", "`import`", "“import”"]
)
def test_the_verb_is_found(verb: str) -> None:
    """Capitals, blanks and marks around it do not hide the verb."""
    assert value(f"{verb} alice {KEY}") == {"keyName": "alice", "publicKey": KEY}


@pytest.mark.parametrize(
    ("typed", "members"),
    [
        ("{key}", {}),
        ("{key} alice@laptop", {}),
        ("{key} project=1001", {"projectId": "1001"}),
        ("{key} region=ap-shanghai", {"region": "ap-shanghai"}),
        ("{key} tag:owner=alice tag:team=infra", {"tags": {"owner": "alice", "team": "infra"}}),
        ("{key} --dry-run", {"dryRun": True}),
        ("{key} --dry-run --dry-run", {"dryRun": True}),
        ("{key} alice@laptop --dry-run (2024) project=7 at work", {"dryRun": True, "projectId": "7"}),
        (
            "{key} --dry-run tag:a=b region=ap-shanghai project=1",
            {"dryRun": True, "tags": {"a": "b"}, "region": "ap-shanghai", "projectId": "1"},
        ),
        ("project=1001 --dry-run {key}", {"projectId": "1001", "dryRun": True}),
        (
            "{key} PROJECT=1001 Region=ap-shanghai TAG:Owner=Alice",
            {"projectId": "1001", "region": "ap-shanghai", "tags": {"Owner": "Alice"}},
        ),
        # Keyboards: one dash of two, signs of full width, marks that lean.
        ("{key} —dry-run", {"dryRun": True}),
        ("{key} –dry–run", {"dryRun": True}),
        ("{key} －－dry－run", {"dryRun": True}),
        ("{key} --dry_run", {"dryRun": True}),
        ("{key} --DRYRUN", {"dryRun": True}),
        ("{key} dry-run", {"dryRun": True}),
        ("{key} tag：owner＝李雷 project＝1001", {"tags": {"owner": "李雷"}, "projectId": "1001"}),
        # Blanks in a value.
        ('{key} tag:owner="alice smith" x', {"tags": {"owner": "alice smith"}}),
        ("{key} tag:owner=“alice smith”", {"tags": {"owner": "alice smith"}}),
        ("{key} tag:owner='alice smith'", {"tags": {"owner": "alice smith"}}),
        ('{key} "tag:owner=alice smith" --dry-run', {"tags": {"owner": "alice smith"}, "dryRun": True}),
        ("{key} 'tag:owner=alice smith'", {"tags": {"owner": "alice smith"}}),
        ('{key} tag:owner="alice"', {"tags": {"owner": "alice"}}),
        # Values as they are: the schema judges them.
        ("{key} project=", {"projectId": ""}),
        (
            "{key} project=ten region=x_y tag:=v tag:n=",
            {"projectId": "ten", "region": "x_y", "tags": {"": "v", "n": ""}},
        ),
        ("{key} tag:a:b=c=d", {"tags": {"a:b": "c=d"}}),
        ("{key} tag:note=a&amp;b", {"tags": {"note": "a&b"}}),
    ],
)
def test_options_are_read_in_any_order(typed: str, members: dict[str, Any]) -> None:
    """Each option becomes its member of the request; words of a comment may stand between them."""
    values = value("import alice " + typed.format(key=KEY))

    assert values.pop("publicKey").startswith(KEY)
    assert values == {"keyName": "alice", **members}


def test_a_comment_stays_with_its_key() -> None:
    """The gate sees the comment too, without options: a second key in it must not go unseen."""
    assert (
        value(f"import a {KEY} alice@laptop --dry-run  at work")["publicKey"] == f"{KEY} alice@laptop at work"
    )
    assert value(f"import a {KEY}\n{KEY}")["publicKey"] == f"{KEY} {KEY}"
    assert value(f'import a from="10.0.0.1" {KEY}')["publicKey"] == f'from="10.0.0.1 {KEY}'


@pytest.mark.parametrize(
    "word",
    [
        "--dryrum",
        "--force",
        "-f",
        "—dryrun2",
        "--",
        "-",
        "—",
        "owner=alice",
        "tags:owner=alice",
        "tag:owner",
        "Proj=7",
        "projectId=7",
        "dryRun=true",
        "a=b=c",
    ],
)
def test_what_only_looks_like_an_option_is_refused(word: str) -> None:
    """Who types it believes that it works; a dash alone is part of a comment."""
    typed = f"import alice {KEY} alice@laptop {word}"
    if word.strip("-—"):
        with pytest.raises(InvalidRequest) as refused:
            command.parse(typed)
        assert "--dry-run" in refused.value.remedy
        assert word not in refused.value.detail + refused.value.remedy
    else:
        assert "dryRun" not in value(typed)


@pytest.mark.parametrize(
    "twice", ["project=1 project=2", "region=a region=a", "tag:a=1 tag:a=2", "Project=1 project=2"]
)
def test_an_option_that_stands_there_twice_is_refused(twice: str) -> None:
    """Of two values neither is taken."""
    with pytest.raises(InvalidRequest) as refused:
        command.parse(f"import alice {KEY} {twice}")
    assert "twice" in refused.value.detail


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("import", {}),
        ("import alice", {"keyName": "alice"}),
        ("import alice project=7", {"keyName": "alice", "projectId": "7"}),
        (f"import {KEY}", {"publicKey": KEY}),
        (f"import “{KEY}”", {"publicKey": KEY}),
        ("import ssh-ed25519 AAAAC3Nz alice", {"publicKey": "ssh-ed25519 AAAAC3Nz alice"}),
        ("import AAAAB3NzaC1yc2E", {"publicKey": "AAAAB3NzaC1yc2E"}),
        (
            "import -----BEGIN PUBLIC KEY-----\nMIIB\n-----END",
            {"publicKey": "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END"},
        ),
        ("import alice ~/.ssh/id_rsa.pub", {"keyName": "alice", "publicKey": "~/.ssh/id_rsa.pub"}),
        ("import alice-laptop x", {"keyName": "alice-laptop", "publicKey": "x"}),
        ("import “alice” “x”", {"keyName": "alice", "publicKey": "x"}),
    ],
)
def test_what_is_missing_is_absent(typed: str, expected: dict[str, str]) -> None:
    """A name or key that is not there is no member, so that the schema can say so."""
    assert value(typed) == expected


def test_what_is_no_key_goes_to_the_gate_as_it_is() -> None:
    """Line ends are kept, so that the gate can say what is wrong, and options are still taken."""
    text = "ssh-rsa AAAAB3NzaC1yc2EA\nAAAB --dry-run\nproject=7 x"

    assert value(f"import alice {text}") == {
        "keyName": "alice",
        "publicKey": "ssh-rsa AAAAB3NzaC1yc2EA\nAAAB          \n          x",
        "dryRun": True,
        "projectId": "7",
    }


def test_a_check_takes_a_key_alone() -> None:
    """The key of a check is read as that of an import."""
    assert command.parse(f"check {KEY} alice@laptop") == ("check", {}, f"{KEY} alice@laptop")
    assert command.parse(f"Check\n```\n{wrapped(KEY, 76)}\n```").public_key == KEY
    assert command.parse("check").public_key == ""
    assert command.parse(f"import a {KEY}").public_key == ""


def outcome(typed: str) -> tuple[str, bytes | str]:
    """Return what becomes of a command's key: its data, or the reason of its refusal."""
    try:
        request = value(typed)
        return "key", public_key.parse(str(request.get("publicKey", "")), 2048).blob
    except (InvalidPublicKey, WeakPublicKey) as refused:
        return "refused", refused.reason
    except InvalidRequest:
        return "refused", "option"


def mangled(seed: int, choose: Callable[[random.Random], list[Any]]) -> tuple[str, bytes]:
    """Return a command with a mangled key in it, and the data of the key that was meant."""
    rng = random.Random(seed)
    line = KEYS[rng.choice(sorted(KEYS))]
    meant = public_key.parse(line, 2048).blob
    for mangling in choose(rng):
        line = mangling(rng, line)
    return f"import alice {line}", meant


@given(st.integers(0, 1 << 40))
def test_a_harmlessly_mangled_key_comes_out(seed: int) -> None:
    """Whatever platforms do to a key, in any order, the key that was meant comes out."""
    typed, meant = mangled(seed, lambda rng: rng.choices(HARMLESS[:-1], k=rng.randrange(4)))

    assert outcome(typed) == ("key", meant)


@given(st.integers(0, 1 << 40))
def test_a_broken_key_comes_out_or_is_refused(seed: int) -> None:
    """A key in pieces is joined correctly or refused, whatever else happened to it."""
    typed, meant = mangled(
        seed,
        lambda rng: [rng.choice(HARMLESS), rng.choice(WRAPPING), *rng.choices(HARMLESS, k=rng.randrange(3))],
    )

    kind, what = outcome(typed)
    assert kind == "refused" or what == meant


@given(st.integers(0, 1 << 40))
def test_a_damaged_key_never_becomes_another_key(seed: int) -> None:
    """However a key is cut, doubled, filled up and broken, it is refused or the key that was meant."""

    def choose(rng: random.Random) -> list[Any]:
        chosen = [rng.choice(HARMFUL), *rng.choices(HARMLESS + WRAPPING, k=rng.randrange(4))]
        rng.shuffle(chosen)
        return chosen

    typed, meant = mangled(seed, choose)

    kind, what = outcome(typed)
    assert kind == "refused" or what == meant


@given(st.text(max_size=300) | st.text(alphabet="import check\nssh-rsa AAAA=\"'—tag:project", max_size=300))
def test_any_text_is_a_command_or_refused(typed: str) -> None:
    """Nothing that can be typed makes the reader fail."""
    for start in ("", "import ", "check ", f"import a {KEY} "):
        with contextlib.suppress(InvalidRequest):
            assert command.parse(start + typed).verb in ("import", "check", "help")


@pytest.mark.parametrize(
    "typed",
    [
        "导入 alice {KEY}",
        "导入alice {KEY}",
        "导入：alice {KEY}",
        "import：alice {KEY}",
        "import: alice {KEY}",
        "IMPORT　alice　{KEY}",
        "import alice 「{KEY}」",
        "import alice 【 {KEY} 】",
        "导入alice「{KEY}」",
        "导入 alice（{KEY}）",
        "导入：alice：{KEY}",
        "import alice: {KEY}",
        "import alice，“{KEY}”",
        "import 《alice》 《{KEY}》",
        "「import alice {KEY}」",
    ],
)
def test_commands_are_understood_as_a_chinese_keyboard_writes_them(typed: str) -> None:
    """Chinese verbs, colons of full width, and brackets around name or key."""
    assert value(typed.replace("{KEY}", KEY)) == {"keyName": "alice", "publicKey": KEY}
    assert command.parse(f"检查 「{KEY}」") == ("check", {}, KEY)


def test_brackets_within_a_tag_stay() -> None:
    """Only a key is taken out of brackets; what a tag says is the sender's own."""
    assert value(f"import alice {KEY} tag:note=《a》b【c】")["tags"] == {"note": "《a》b【c】"}


def test_a_key_in_pieces_is_joined() -> None:
    """What Slack makes of line ends: blanks, wherever the lines were broken."""
    kind, data = KEY.split()
    pieces = [data[:70], data[70:140], data[140:200], data[200:]]

    assert value(f"import alice {kind} {' '.join(pieces)} alice@laptop")["publicKey"] == f"{KEY} alice@laptop"


@pytest.mark.slow
def test_a_hostile_text_is_read_in_no_time() -> None:
    """What half options and quotation marks cost grows with the text."""

    def read(text: str) -> None:
        with contextlib.suppress(InvalidRequest):
            command.parse(text)

    for part in ('tag:a="', "\"'", "tag:", "project=", "-", "—a", "ssh-rsa ", "a=", "' ", '"tag:a= '):
        for start in ("import a ", f"import a {KEY} ", "check "):
            worst = growth.exponent(read, partial(growth.text, start, part), 16384)
            assert worst < growth.NEARLY_LINEAR, (start[:9], part)


@pytest.mark.parametrize("typed", ["Alice: {key}", "my key：{key}", "alice，{key}", "我的公钥「{key}」"])
def test_words_before_a_key_to_check_are_said_to_be_that(typed: str) -> None:
    """Whoever writes a name and a colon is not told that the line names a server."""
    with pytest.raises(InvalidPublicKey) as refused:
        public_key.parse(command.parse("check " + typed.format(key=KEY)).public_key, 2048)
    assert refused.value.reason == "paste-damage"


@pytest.mark.parametrize(
    "typed", ["check，{key}", "检查，{key}", "check: {key}", "检查：「{key}」", "check, {key}"]
)
def test_a_comma_behind_the_verb_is_none_of_the_key(typed: str) -> None:
    """As a colon, a comma behind the verb means nothing."""
    assert command.parse(typed.format(key=KEY)) == ("check", {}, KEY)
