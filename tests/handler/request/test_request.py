"""A JSON value to an `ImportRequest`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handler import request
from handler.problems import InvalidRequest
from handler.request import ImportRequest
from handler.strict_json import Inexact
from tests import growth

LEAST = {"keyName": "alice", "publicKey": "ssh-rsa AAAA"}


def errors(value: object) -> list[tuple[str, str]]:
    """Return what is wrong with a value, as pointers and details."""
    with pytest.raises(InvalidRequest) as problem:
        request.validate(value)
    return [(error.pointer, error.detail) for error in problem.value.errors]


def test_the_least_request_leaves_the_rest_to_us() -> None:
    """Without the optional members the choice is ours."""
    assert request.validate(LEAST) == ImportRequest("alice", "ssh-rsa AAAA", None, None, {}, dry_run=False)


def test_every_member_is_taken() -> None:
    """All members of the contract arrive in the record."""
    full = {**LEAST, "projectId": 1001, "region": "ap-shanghai", "tags": {"owner": "alice"}, "dryRun": True}

    assert request.validate(full) == ImportRequest(
        "alice", "ssh-rsa AAAA", 1001, "ap-shanghai", {"owner": "alice"}, dry_run=True
    )


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("keyName", "a", "a"),
        ("keyName", "A" * 25, "A" * 25),
        ("keyName", "_0Z", "_0Z"),
        ("publicKey", "", ""),
        ("publicKey", "x" * 100_000, "x" * 100_000),
        ("projectId", 0, 0),
        ("projectId", 2**63 - 1, 2**63 - 1),
        ("projectId", "0", 0),
        ("projectId", "1001", 1001),
        ("projectId", "9223372036854775807", 2**63 - 1),
        ("region", "ap-guangzhou", "ap-guangzhou"),
        ("region", "na-siliconvalley", "na-siliconvalley"),
        ("region", "ap-shanghai-fsi", "ap-shanghai-fsi"),
        ("tags", {}, {}),
        ("tags", {"k" * 127: "v" * 255}, {"k" * 127: "v" * 255}),
        ("tags", {"团队": "基础设施 一"}, {"团队": "基础设施 一"}),
        ("tags", {"qcs": "a", "pro ject": "b"}, {"qcs": "a", "pro ject": "b"}),
        ("tags", {"my-project": "c"}, {"my-project": "c"}),
        ("tags", {str(i): "x" for i in range(50)}, {str(i): "x" for i in range(50)}),
        ("dryRun", False, False),
    ],
)
def test_good_values_are_taken(name: str, value: object, taken: object) -> None:
    """The limits themselves are still good, and nothing is changed on the way."""
    fields = {"keyName": 0, "publicKey": 1, "projectId": 2, "region": 3, "tags": 4, "dryRun": 5}

    assert request.validate({**LEAST, name: value})[fields[name]] == taken


WRONG: dict[str, tuple[object, ...]] = {
    "keyName": (
        "",
        "A" * 26,
        "abc\n",
        "a-b",
        "a.b",
        "a b",
        "ä",
        "Ａ",
        "٣",
        "\ud800",
        5,
        None,
        True,
        ["a"],
        {"a": 1},
    ),
    "publicKey": (5, None, True, ["ssh-rsa"], {}),
    "projectId": (
        -1,
        2**63,
        Inexact("1.5"),
        Inexact("1e18"),
        True,
        None,
        "",
        "-1",
        "1.0",
        "01",
        " 1",
        "1\n",
        "１",
        "1e3",
        "9223372036854775808",
        "99999999999999999999",
        [],
        {},
    ),
    "region": (
        "",
        "guangzhou",
        "AP-GUANGZHOU",
        "ap-guangzhou\n",
        "ap_guangzhou",
        "a-b",
        "ap-",
        "ap--x",
        "ap-" + "x" * 40,
        5,
        None,
    ),
    "tags": (
        None,
        [],
        "a",
        {"a": 1},
        {"a": None},
        {"a": ""},
        {"": "a"},
        {"k" * 128: "v"},
        {"k": "v" * 256},
        {" a": "b"},
        {"a ": "b"},
        {"a": " b"},
        {"a": "b\n"},
        {"a\u00a0": "b"},
        {"a": "\u3000b"},
        {"a": "b\ufeff"},
        {"qcs:x": "a"},
        {"QCS:x": "a"},
        {"project": "a"},
        {"Project-x": "a"},
        {"PROJECTS": "a"},
        {"项目": "a"},
        {"项目a": "a"},
        {"a": "\ud800"},
        {"\udfff": "a"},
        {str(i): "x" for i in range(51)},
    ),
    "dryRun": (0, 1, "true", None, []),
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_bad_values_are_refused_at_their_place(name: str, value: object) -> None:
    """A value that breaks its rule is one error with the member's pointer and the rule in words."""
    ((pointer, detail),) = errors({**LEAST, name: value})

    assert pointer == f"/{name}"
    assert "must be" in detail or "cannot have a hyphen" in detail


@pytest.mark.parametrize(
    ("sent", "near"),
    [
        ("KeyName", "keyName"),
        ("KEYNAME", "keyName"),
        ("key_name", "keyName"),
        ("key-name", "keyName"),
        ("PublicKey", "publicKey"),
        ("public_key", "publicKey"),
        ("projectID", "projectId"),
        ("Region", "region"),
        ("tag", "tags"),
        ("dry_run", "dryRun"),
    ],
)
def test_an_unknown_member_leads_to_the_nearest_known_one(sent: str, near: str) -> None:
    """A member that is almost right leads to the right one, in any case."""
    assert errors({**LEAST, sent: "x"}) == [
        ("", f"Member 3 is not known; the nearest known name is `{near}`.")
    ]


def test_all_errors_come_at_once_and_nothing_sent_is_repeated() -> None:
    """Every error is in the one answer; of what was sent there is no trace in it."""
    secret = "S3CRET"
    found = errors(
        {secret: 1, "KeyName": secret, "projectId": secret, "tags": {secret: 5, "ok": secret, "b": []}}
    )

    assert [pointer for pointer, _ in found] == ["/keyName", "/publicKey", "/projectId", "/tags", "", ""]
    assert found[0][1].startswith("This member is required: 1 to 25 of the letters")
    assert found[3][1].startswith("Tag 1, 3 is wrong; this must be")
    assert found[4] == ("", "Member 1 is not known.")
    assert secret not in repr(found)


@pytest.mark.parametrize("value", [None, 5, "text", True, [], [LEAST]])
def test_what_is_no_object_is_refused(value: object) -> None:
    """Only an object is a request."""
    ((pointer, detail),) = errors(value)

    assert pointer == ""
    assert "JSON object" in detail


def test_one_place_and_several_places_are_told_apart() -> None:
    """The detail has the number of places."""
    with pytest.raises(InvalidRequest) as raised:
        request.validate({**LEAST, "dryRun": 1})
    with pytest.raises(InvalidRequest) as two:
        request.validate({})

    assert raised.value.detail == "The request breaks the schema in one place."
    assert two.value.detail == "The request breaks the schema in 2 places."


@pytest.mark.slow
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda n: {**LEAST, "tags": {str(i): i for i in range(n)}}, id="tags"),
        pytest.param(lambda n: {str(i): 0 for i in range(n)}, id="members"),
        pytest.param(lambda n: {**LEAST, "projectId": [[]] * n, "tags": {"a": [[]] * n}}, id="arrays"),
        pytest.param(
            lambda n: {**LEAST, "keyName": "a" * n, "region": "a-" * n, "tags": {"a": " " * n}}, id="texts"
        ),
    ],
)
def test_size_makes_a_refusal_neither_slow_nor_long(make: Callable[[int], dict[str, Any]]) -> None:
    """What a refusal costs grows with the request, and its answer fits a reply."""
    assert growth.exponent(errors, make, 100_000) < growth.NEARLY_LINEAR
    assert len(json.dumps(errors(make(100_000)))) < 20_000


def test_many_unknown_members_are_counted() -> None:
    """Twenty unknown members are named by position, the rest is a number."""
    found = errors({**LEAST, **{f"x{i}": 0 for i in range(30)}})

    assert len(found) == 21
    assert found[-1] == ("", "10 more members are not known.")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"keyName": "alice", "projectId": -1}, "alice"),
        ({"keyName": "a-b"}, ""),
        ({"keyName": "abc\n"}, ""),
        ({"keyName": 5}, ""),
        ({}, ""),
        (["keyName"], ""),
        (None, ""),
    ],
)
def test_the_log_gets_a_name_only_if_it_is_valid(value: object, name: str) -> None:
    """A request that is wrong elsewhere still has its name in the log, if that one is right."""
    assert request.key_name(value) == name


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*LEAST, "projectId", "region", "tags", "dryRun", "other"]), _json))
def test_the_schema_file_and_the_verdict_agree(value: dict[str, object]) -> None:
    """What the published schema takes is taken, what it refuses is refused."""
    from jsonschema import Draft202012Validator

    schema = json.loads(Path("schemas/import-key-pair.request.json").read_text(encoding="utf-8"))
    try:
        request.validate(value)
    except InvalidRequest:
        taken = False
    else:
        taken = True

    assert taken == Draft202012Validator(schema).is_valid(value)


def test_the_schemas_are_schemas() -> None:
    """Every published schema is a valid JSON Schema 2020-12."""
    from jsonschema import Draft202012Validator

    for path in sorted(Path("schemas").glob("*.json")):
        if path.name != "openapi.json":
            Draft202012Validator.check_schema(json.loads(path.read_text(encoding="utf-8")))


def test_jsonschema_has_the_last_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """A generated validator that refused too much would cost time and nothing else."""
    monkeypatch.setattr("handler.request.schema_check.accepts", lambda _value: False)
    assert request.validate({"keyName": "a", "publicKey": "b"}).key_name == "a"
