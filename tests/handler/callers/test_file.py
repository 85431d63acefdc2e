"""The callers file: one table of good and wrong files, read by the function and judged by the schema."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from handler import strict_json
from handler.callers import api_key, file, mattermost, slack, standard_webhooks, trigger, wecom
from handler.callers.allow import Allow
from handler.callers.audience import Audience
from handler.callers.caller import Caller
from handler.chat import schemes
from handler.problems import MalformedJson, Misconfigured

ROOT = Path(__file__).parents[3]
SCHEMA: dict[str, Any] = json.loads((ROOT / "schemas" / "callers.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("files.json").read_text(encoding="utf-8"))
#: Hundreds of files, a dozen to a test.
some_cases = pytest.mark.parametrize("cases", [CASES[at : at + 12] for at in range(0, len(CASES), 12)])


def text_of(case: dict[str, Any]) -> bytes:
    """Return the bytes of a case's file."""
    text: str = case["text"] if "text" in case else json.dumps(case["file"])
    return text.encode()


def cause_of(text: bytes) -> str:
    """Return what the reader says is wrong with a file, or nothing."""
    try:
        file.parse(text, schemes)
    except Misconfigured as problem:
        return problem.cause
    return ""


def is_valid(text: bytes) -> bool:
    """Whether a file is JSON that keeps the schema."""
    try:
        return VALIDATOR.is_valid(strict_json.loads(text))
    except MalformedJson:
        return False


@some_cases
def test_reader_takes_good_files_and_says_what_is_wrong_with_others(cases: list[dict[str, Any]]) -> None:
    """The reader takes a good file, and of a wrong one it says where and what belongs there."""
    for case in cases:
        cause = cause_of(text_of(case))
        if case["good"]:
            assert cause == "", case["case"]
        else:
            assert cause.startswith("The callers file is "), case["case"]
            assert case["says"] in cause, case["case"]


@pytest.mark.slow
@some_cases
def test_schema_agrees_with_the_reader(cases: list[dict[str, Any]]) -> None:
    """The schema takes and refuses the same files, but for what is beyond any schema.

    That is what holds between callers, and half a character, which regular expressions of JavaScript
    and Python see differently; `python -m local.callers check` asks both.
    """
    for case in cases:
        assert is_valid(text_of(case)) is (case["good"] or case.get("beyond", False)), case["case"]


@pytest.mark.slow
@some_cases
def test_plain_json_reader_and_schema_agree_too(cases: list[dict[str, Any]]) -> None:
    """Whoever reads a file with an ordinary JSON reader gets the schema's same verdict on its values."""
    for case in cases:
        if "file" in case:
            assert VALIDATOR.is_valid(case["file"]) is is_valid(text_of(case)), case["case"]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container below a value, with each of its keys or indices."""
    for key in (
        list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    ):
        yield value, key
        yield from places(value[key])


PLANTED = "whsec_PLANTED+secret="
EVERYTHING = next(case["file"] for case in CASES if case["case"] == "every scheme at once")


@pytest.mark.parametrize("plant", [PLANTED, [PLANTED], {PLANTED: PLANTED}], ids=["text", "list", "object"])
def test_no_sentence_repeats_what_stands_in_the_wrong_place(plant: object) -> None:
    """A secret put anywhere in the file, as a value or as a member's name, stays where it is."""
    refused = 0
    for number in range(len(list(places(EVERYTHING)))):
        changed = copy.deepcopy(EVERYTHING)
        container, key = list(places(changed))[number]
        container[key] = plant
        cause = cause_of(json.dumps(changed).encode())
        refused += cause != ""
        assert "PLANTED" not in cause
    assert refused > 20


NUMBERS = (0, 1, -1, 2048, 3072.0, 1.5, 2**63, True, False, None)
TEXTS = (
    "",
    "a",
    "a\n",
    "*",
    "{user}",
    "everyone",
    "invoke",
    "0" * 64,
    "A" * 64,
    "ap-guangzhou",
    "project",
    " a",
)
SCHEMES = ("api-key", "slack", "trigger", "standard-webhooks")
NESTED: tuple[Any, ...] = (
    [],
    {},
    ["a"],
    ["a", "a"],
    {"a": "b"},
    ["U1"],
    [0],
    [0, 0.0],
    {"keyNames": ["{user}"]},
)
PIECES = st.sampled_from((*NUMBERS, *TEXTS, "项目", *SCHEMES, *NESTED))
RULES = (*SCHEMA["$defs"]["allow"]["properties"], "unknown")


@given(st.data())
def test_reader_and_schema_agree_on_files_that_nobody_wrote(data: st.DataObject) -> None:
    """Reader and schema agree on every changed file, except for rules between callers."""
    good = [case["file"] for case in CASES if case["good"] and "file" in case]
    changed = copy.deepcopy(data.draw(st.sampled_from(good)))
    for _ in range(data.draw(st.integers(1, 3))):
        container, key = data.draw(st.sampled_from(list(places(changed))))
        action = data.draw(st.sampled_from(["replace", "remove", "rename"]))
        if action == "replace":
            container[key] = copy.deepcopy(data.draw(PIECES))
        else:
            value = container.pop(key)
            if action == "rename" and isinstance(container, dict):
                container[data.draw(st.sampled_from(RULES))] = value
        if not list(places(changed)):
            break
    text = json.dumps(changed).encode()
    cause = cause_of(text)
    # What no schema can say: two callers alike, or one hash twice in other letters.
    if not any(says in cause for says in (" has the same ", "auth.sha256[")):
        assert is_valid(text) is (cause == "")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "most", "says"),
    [
        (
            lambda n: [caller(f"c{i}", source=f"timer:{i}") for i in range(n)],
            1000,
            "callers must be a list of 1 to 1000",
        ),
        (
            lambda n: [caller(keyNames=[f"n{i}" for i in range(n)])],
            1000,
            "allow.keyNames must be a list of 1 to 1000",
        ),
        (lambda n: [caller(projectIds=list(range(n)))], 1000, "allow.projectIds must be a list of 1 to 1000"),
        (
            lambda n: [caller(regions=[f"ap-r{i}" for i in range(n)])],
            1000,
            "allow.regions must be a list of 1 to 1000",
        ),
        (
            lambda n: [caller(requiredTags=[f"t{i}" for i in range(n)])],
            50,
            "allow.requiredTags must be a list of 1 to 50",
        ),
        (lambda n: [chat("users", n)], 1000, "auth.users must be a list of 1 to 1000"),
        (lambda n: [chat("channels", n)], 1000, "auth.channels must be a list of 1 to 1000"),
    ],
)
def test_lists_end_where_the_schema_says(make: Any, most: int, says: str) -> None:
    """A list may be as long as the schema says and no longer, for reader and schema alike."""
    fits, is_too_long = (json.dumps({"callers": make(n)}).encode() for n in (most, most + 1))
    assert cause_of(fits) == ""
    assert is_valid(fits)
    assert says in cause_of(is_too_long)
    assert not is_valid(is_too_long)


def caller(caller_id: str = "a", source: str = "invoke", **allow: Any) -> dict[str, Any]:
    """Return a trigger caller, as the file has it."""
    return {"id": caller_id, "auth": {"scheme": "trigger", "source": source}, "allow": allow}


def chat(member: str, count: int) -> dict[str, Any]:
    """Return a Mattermost caller with that many users or channels."""
    auth = {"scheme": "mattermost", "tokenEnv": ["T"], member: [f"x{i}" for i in range(count)]}
    return {"id": "a", "auth": auth}


def test_a_file_without_chats_asks_for_no_platform() -> None:
    """The chat platforms cost a cold start, which a function without chats does not pay."""
    others = [
        {"id": "k", "auth": {"scheme": "api-key", "sha256": ["AB" * 32]}, "allow": {"keyNames": ["x*"]}},
        {"id": "w", "auth": {"scheme": "standard-webhooks", "secretEnv": ["A"]}, "allow": {}},
        {"id": "t", "auth": {"scheme": "trigger", "source": "timer:x"}},
    ]
    asked: list[str] = []

    def noted() -> Any:
        asked.append("chats")
        return schemes()

    file.parse(json.dumps({"callers": others}).encode(), noted)
    assert asked == []
    file.parse(json.dumps({"callers": [*others, chat("users", 1)]}).encode(), noted)
    assert asked == ["chats"]


def test_records_hold_what_the_file_says() -> None:
    """Every member of every scheme, rule and tag arrives in its record, in the order of the file."""
    people = {"users": ["U1", "U2"], "channels": ["C1"]}
    callers = file.parse(
        json.dumps(
            {
                "callers": [
                    {
                        "id": "onboarding",
                        "auth": {"scheme": "standard-webhooks", "secretEnv": ["A", "B"]},
                        "allow": {
                            "keyNames": ["onb_*", "x"],
                            "projectIds": [1001, 0],
                            "regions": ["ap-guangzhou", "ap-shanghai"],
                            "minBits": 3072,
                            "requiredTags": ["owner", "team"],
                            "dryRunOnly": True,
                        },
                        "tags": {"imported-by": "onboarding"},
                    },
                    {"id": "k", "auth": {"scheme": "api-key", "sha256": ["AB" * 32, "00" * 32]}, "allow": {}},
                    {"id": "t", "auth": {"scheme": "trigger", "source": "timer:x"}},
                    {"id": "s", "auth": {"scheme": "slack", "secretEnv": ["S"], "team": "T1", **people}},
                    {"id": "m", "auth": {"scheme": "mattermost", "tokenEnv": ["M"], "channels": ["C1"]}},
                    {
                        "id": "w",
                        "auth": {
                            "scheme": "wecom",
                            "tokenEnv": "WT",
                            "encodingAesKeyEnv": "WK",
                            "receiveId": "ww1",
                            "users": "everyone",
                        },
                    },
                ]
            }
        ).encode(),
        schemes,
    ).callers
    everything = Allow(None, None, None, 0, (), False)
    assert callers == (
        Caller(
            "onboarding",
            standard_webhooks.StandardWebhooks(("A", "B")),
            Allow(("onb_*", "x"), (1001, 0), ("ap-guangzhou", "ap-shanghai"), 3072, ("owner", "team"), True),
            {"imported-by": "onboarding"},
        ),
        Caller("k", api_key.ApiKey((b"\xab" * 32, b"\0" * 32)), everything, {}),
        Caller("t", trigger.Trigger("timer:x"), everything, {}),
        Caller("s", slack.Slack(("S",), "T1", Audience(("U1", "U2"), ("C1",))), everything, {}),
        Caller("m", mattermost.Mattermost(("M",), Audience(None, ("C1",))), everything, {}),
        Caller("w", wecom.WeCom("WT", "WK", "ww1", Audience(None, None)), everything, {}),
    )


def test_whole_numbers_with_a_fraction_become_whole() -> None:
    """A project written as 377.0 is project 377, an int, as in a request."""
    rule = b'"allow": {"projectIds": [377.0]}'
    text = b'{"callers": [{"id": "a", "auth": {"scheme": "trigger", "source": "invoke"}, %s}]}' % rule
    (found,) = file.parse(text, schemes).callers
    assert found.allow.project_ids == (377,)
    assert type(found.allow.project_ids[0]) is int


def test_example_is_a_good_file() -> None:
    """The example that people copy is read and keeps the schema."""
    text = (ROOT / "callers.example.json").read_bytes()
    assert [caller.id for caller in file.parse(text, schemes).callers] == [
        "onboarding",
        "platform-team",
        "new-hires",
        "ops-slack",
    ]
    assert is_valid(text)


def test_tag_and_region_rules_are_those_of_a_request() -> None:
    """Tags of callers keep the very rules that tags of requests keep, and regions too."""
    request = json.loads((ROOT / "schemas" / "import-key-pair.request.json").read_text(encoding="utf-8"))
    rules = request["properties"]
    for ours, theirs in (
        ("tagName", rules["tags"]["propertyNames"]),
        ("tagValue", rules["tags"]["additionalProperties"]),
        ("region", rules["region"]),
    ):
        assert without_words(SCHEMA["$defs"][ours]) == without_words(theirs)


def without_words(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without what is only for readers."""
    return {name: value for name, value in schema.items() if name not in {"description", "examples"}}


@pytest.mark.parametrize("name", ["k__e__y__n__a__m__e__s", "k--e--y--n--a--m--e--s", "KEYNAMES", "keyName"])
def test_nearest_known_name_is_told_whatever_the_spelling(name: str) -> None:
    """The nearest known name is found also with other case, underscores or hyphens."""
    text = json.dumps({"callers": [{**caller(), "allow": {name: ["a"]}}]}).encode()
    assert cause_of(text).endswith('number 1; did you mean "keyNames".')


def test_schema_is_sound() -> None:
    """The schema is valid JSON Schema 2020-12."""
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_read_takes_the_file_of_a_path(tmp_path: Path) -> None:
    """The file that CALLERS_FILE names is read, up to its largest size and no further."""
    path = tmp_path / "some.json"
    text = json.dumps({"callers": [caller()]}).encode()
    path.write_bytes(text.ljust(1024 * 1024))
    assert [found.id for found in file.load(str(path), schemes).callers] == ["a"]
    path.write_bytes(text.ljust(1024 * 1024 + 1))
    with pytest.raises(Misconfigured) as raised:
        file.load(str(path), schemes)
    assert raised.value.cause == "The callers file is wrong: it must be at most 1 MiB."


@pytest.mark.parametrize("path", ["/nowhere/callers.json", "\0", "."])
def test_read_says_that_a_named_file_cannot_be_read(path: str) -> None:
    """A path that cannot be read is a misconfiguration that names the setting, never an OSError."""
    with pytest.raises(Misconfigured) as raised:
        file.load(path, schemes)
    assert raised.value.cause == "The file that CALLERS_FILE names cannot be read."


def test_read_without_a_path_looks_beside_index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without CALLERS_FILE it is callers.json beside index.py, and its absence says so."""
    assert Path(file.BESIDE_INDEX) == ROOT / "callers.json"
    monkeypatch.setattr(file, "BESIDE_INDEX", str(tmp_path / "callers.json"))
    with pytest.raises(Misconfigured) as raised:
        file.load("", schemes)
    assert raised.value.cause == (
        "There is no callers.json beside index.py that can be read; pack one, or set CALLERS_FILE."
    )
    (tmp_path / "callers.json").write_text(json.dumps({"callers": [caller()]}), encoding="utf-8")
    assert [found.id for found in file.load("", schemes).callers] == ["a"]


def test_file_that_is_not_utf_8_is_wrong(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are a wrong file, not an error of Python's."""
    path = tmp_path / "callers.json"
    path.write_bytes(b'{"callers": "\xff"}')
    with pytest.raises(Misconfigured) as raised:
        file.load(str(path), schemes)
    assert raised.value.cause == ("The callers file is not JSON that this function reads. It is not UTF-8.")


def test_nothing_of_json_is_chained() -> None:
    """The exception of a file that is no JSON carries no other one, which would quote the file."""
    with pytest.raises(Misconfigured) as raised:
        file.parse(b'{"callers": whsec_secret}', schemes)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
