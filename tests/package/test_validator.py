"""The generated validator is what the schema says, and what `jsonschema` says of the same values."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from handler import strict_json
from handler.request import schema_check
from handler.strict_json import Inexact
from package import ROOT, validator
from package.validator import UnhandledError

SCHEMA: dict[str, Any] = json.loads((ROOT / validator.SCHEMA).read_text(encoding="utf-8"))

BLANKS = "\t\n\v\f\r \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff\x1c\u200b"
TEXTS = (
    "", "a", "alice_laptop", "A" * 25, "A" * 26, "a-b", "名", "é", "１", "a\n", "\n", "-1", "0", "00", "007",
    "1001", "9223372036854775807", "9223372036854775808", "9" * 20, "ap-guangzhou", "ap", "ap-",
    "ap-guangzhou\n", "AP-x", "a" * 30 + "-b", "a" * 31 + "-b", "na-siliconvalley-1", "qcs:x", "QCS:x", "qcs",
    "project", "Projects", "proj", "项目", "项目一", "x" * 127, "x" * 128, "x" * 255, "x" * 256, "\ud800",
    "😀" * 127, "😀" * 255, "true",
)  # fmt: skip
SCALARS = (
    None, True, False, 0, 1, -1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**40, 0.0, 1.0, -0.0, 0.5, 1e300, -1.0,
    9.007199254740992e15, 9.3e18, float("inf"), float("nan"), Inexact("0.5"), Inexact("1e400"),
)  # fmt: skip
GOOD: dict[str, tuple[Any, ...]] = {
    "keyName": ("alice_laptop", "A" * 25, "0", "_"),
    "publicKey": ("ssh-rsa AAAA", "", "x" * 100_000, "\ud800"),
    "projectId": (0, 2**63 - 1, "0", "9223372036854775807", 377.0),
    "region": ("ap-guangzhou", "eu-frankfurt", "ap-shanghai-fsi"),
    "tags": ({}, {"owner": "alice"}, {"项": "目", "proj": "x" * 255}, {"a": "b", "c": "d", "e": "f"}),
    "dryRun": (True, False),
}  # fmt: skip


def text(chance: random.Random) -> str:
    """Make a text that comes near to the rules."""
    made = chance.choice(TEXTS)
    if chance.random() < 0.4:
        mark = chance.choice(BLANKS + "a_-:9Q项")
        made = chance.choice((mark + made, made + mark, made + made))
    return made


def anything(chance: random.Random, depth: int = 0) -> Any:
    """Make a JSON value of any kind."""
    kind = chance.random()
    if kind < 0.45:
        return text(chance)
    if kind < 0.75 or depth > 1:
        return chance.choice(SCALARS)
    if kind < 0.9:
        members = chance.choice((0, 1, 2, 3))
        return {f"{text(chance)}{n or ''}": anything(chance, depth + 1) for n in range(members)}
    return [anything(chance, depth + 1) for _ in range(chance.randrange(3))]


def tags(chance: random.Random) -> Any:
    """Make an object of texts, mostly."""
    return {
        text(chance): text(chance) if chance.random() < 0.95 else anything(chance, 1)
        for _ in range(chance.choice((1, 2, 3, 4)))
    }


def request(chance: random.Random) -> Any:
    """Make a request that is good but for a few members, or no request at all."""
    if chance.random() < 0.02:
        return anything(chance)
    made = {
        name: chance.choice(GOOD[name])
        for name in GOOD
        if name in {"keyName", "publicKey"} or chance.random() < 0.5
    }
    for _ in range(chance.choice((0, 1, 1, 2))):
        member = chance.choice((*GOOD, "tags", "KeyName", "x"))
        kind = chance.random()
        if kind < 0.1:
            made.pop(member, None)
        elif member == "tags" and kind < 0.7:
            made[member] = tags(chance)
        else:
            made[member] = text(chance) if kind < 0.6 else anything(chance)
    return made


@pytest.mark.slow
def test_both_say_the_same_of_many_values(scaled: Callable[[int], int]) -> None:
    """Of 10,000 requests that are good or nearly so, and values of every other kind."""
    judge = Draft202012Validator(SCHEMA)
    chance = random.Random(2020)
    accepted = 0
    count = scaled(10_000)
    for _ in range(count):
        value = request(chance)
        verdict = schema_check.accepts(value)
        accepted += verdict
        assert verdict == judge.is_valid(value), value
    assert count / 5 < accepted < count * 4 / 5


def test_both_say_the_same_of_every_text_in_every_place() -> None:
    """Each one that lies at a limit, as every member, and as name and value of a tag."""
    judge = Draft202012Validator(SCHEMA)
    good = {"keyName": "a", "publicKey": "b"}
    fifty = [{f"t{number}": "v" for number in range(count)} for count in (49, 50, 51)]
    every: list[Any] = [*TEXTS, *SCALARS, *(blank + "a" + blank for blank in BLANKS), [], {}, [{}], *fifty]
    for each in every:
        values = [each, *({**good, name: each} for name in GOOD), {**good, "tags": {"a": each}}]
        if isinstance(each, str):
            values += [{**good, "tags": {each: "a"}}, {**good, each: "a"}]
        for value in values:
            assert schema_check.accepts(value) == judge.is_valid(value), value


def test_numbers_are_judged_as_they_were_read() -> None:
    """A fraction or an exponent counts up to what every reader agrees on."""
    for literal, good in (("377.0", True), ("1e3", True), ("0.5", False), ("1e30", False), ("-0.0", True)):
        value = strict_json.loads(f'{{"keyName": "a", "publicKey": "b", "projectId": {literal}}}')
        assert schema_check.accepts(value) is good


def test_the_committed_module_is_what_the_schema_generates() -> None:
    """After a change of the schema: `python -m package.validator`."""
    assert validator.is_current()


@pytest.mark.slow
def test_the_same_bytes_are_generated_every_time(tmp_path: Path) -> None:
    """Everybody on the deployed Python generates the same bytes."""
    validator.main(tmp_path / "made.py")
    assert (tmp_path / "made.py").read_bytes() == (ROOT / validator.GENERATED).read_bytes()


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "unevaluatedProperties": False},
        {"type": "object", "properties": {"a": {"type": "string", "contentEncoding": "base64"}}},
        {"anyOf": [{"$ref": "#/x"}]},
        {"type": "string", "pattern": "^a$"},
    ],
)
def test_what_the_generator_would_get_wrong_stops_it(schema: dict[str, Any]) -> None:
    """It passes over keywords of newer drafts without a word, and reads `$` in its own way."""
    with pytest.raises(UnhandledError):
        validator.generate(schema)
