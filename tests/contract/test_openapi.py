"""The published contract: built from the code, complete, and clean by tools that nobody here wrote."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from handler import problems
from handler.upstream import transport
from local import chat, feishu, openapi
from local.in_process import ROOT, Function
from local.openapi.components import in_words

CONTRACT: dict[str, Any] = json.loads((ROOT / "schemas" / "openapi.json").read_text(encoding="ascii"))


def test_the_committed_contract_is_what_the_code_says() -> None:
    """Whatever changes a schema, a status or an answer changes the contract: `python -m local.openapi`."""
    assert openapi.text() == (ROOT / "schemas" / "openapi.json").read_text(encoding="ascii")


@pytest.mark.slow
def test_a_slow_machine_writes_the_same_contract() -> None:
    """However long the SDK takes to load, no example becomes one of a CVM that cannot be reached."""
    slow = """
import importlib.abc, sys, time
class Slow(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "tencentcloud":
            time.sleep(1.5)
sys.meta_path.insert(0, Slow())
from local.openapi.__main__ import main
sys.exit(main(["--check"]))
"""
    assert subprocess.run([sys.executable, "-c", slow], cwd=ROOT).returncode == 0


def test_the_contract_is_valid_openapi() -> None:
    """The document is OpenAPI 3.1 by the official schema."""
    assert list(OpenAPIV31SpecValidator(CONTRACT).iter_errors()) == []


def media() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every media type of the contract that has examples, with where it stands."""
    for path, operations in CONTRACT["paths"].items():
        for method, operation in operations.items():
            contents = {"request": operation.get("requestBody", {}), **operation["responses"]}
            for name, content in contents.items():
                for kind, found in content.get("content", {}).items():
                    if "examples" in found:
                        yield f"{method} {path} {name} {kind}", found


def resolved(example: dict[str, Any]) -> dict[str, Any]:
    """Return an example, or the component that it refers to."""
    found: dict[str, Any] = example
    if "$ref" in example:
        found = CONTRACT["components"]["examples"][example["$ref"].rpartition("/")[2]]
    return found


@pytest.mark.parametrize("found", [pytest.param(found, id=where) for where, found in media()])
def test_every_example_has_the_form_that_it_is_an_example_of(found: dict[str, Any]) -> None:
    """Each example is valid by the schema that stands beside it."""
    registry: Registry[Any] = Registry().with_resource(
        "urn:contract", Resource.from_contents(CONTRACT, default_specification=_specification())
    )
    schema = json.loads(json.dumps(found["schema"]).replace('"#/', '"urn:contract#/'))
    validator = Draft202012Validator(schema, registry=registry)

    for example in found["examples"].values():
        assert list(validator.iter_errors(resolved(example)["value"])) == []


def _specification() -> Any:
    from referencing.jsonschema import DRAFT202012

    return DRAFT202012


def examples() -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield status and body of every problem that an import is shown to end with."""
    for status, reply in CONTRACT["paths"]["/key-pairs"]["post"]["responses"].items():
        for example in reply["content"].get("application/problem+json", {}).get("examples", {}).values():
            yield int(status), resolved(example)["value"]


def test_every_problem_has_an_example_at_its_status() -> None:
    """Each problem of the tree stands in the contract of an import, with an example of its own."""
    tree = [problems.Problem]
    for each in tree:
        tree += each.__subclasses__()
    raised = {(each.slug, each.status) for each in tree if not each.__subclasses__()}

    assert {(body["code"], status) for status, body in examples()} == raised - {
        ("not-found", 404),
        ("no-such-key-pair", 404),
    }


def test_every_reason_has_an_example() -> None:
    """Each reason that the schema of problems lists is shown, but for those that only a chat can break."""
    listed = set(CONTRACT["components"]["schemas"]["Problem"]["properties"]["reason"]["enum"])
    shown = {
        example["value"]["reason"]
        for example in CONTRACT["components"]["examples"].values()
        if "reason" in example["value"]
    }

    assert listed - shown == {"team", "channels", "users", "guilds"}
    assert shown <= listed


def test_every_operation_says_what_it_does() -> None:
    """Each operation has a summary and a description, and no member has a default that is not in words."""
    for path, operations in CONTRACT["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            assert operation["description"], (method, path)
    members = CONTRACT["components"]["schemas"]["ImportKeyPairRequest"]["properties"]
    assert not [name for name, member in members.items() if "default" in member]
    assert members["projectId"]["description"].endswith("; without it 0")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method, path)
        for path, operations in CONTRACT["paths"].items()
        for method in operations
        if method != "options"
    ],
)
def test_what_a_body_can_be_refused_for_is_in_the_contract(method: str, path: str) -> None:
    """A body that is too large or no base64 has a documented answer for every method."""
    with Function() as function:
        answers = [
            function.ask(method.upper(), path, body, isBase64Encoded=encoded)
            for body, encoded in (("x" * (1 << 21), False), ("%", True), ("x", False))
        ]

    assert {str(answer.status) for answer in answers} <= set(CONTRACT["paths"][path][method]["responses"])


@pytest.mark.parametrize("name", chat.PLAYERS)
def test_what_a_chat_platform_is_answered_is_in_the_contract(name: str) -> None:
    """A command, an event and a check each get a media type that is documented for their method."""
    event = "<xml><FromUserName>alice</FromUserName><MsgType>event</MsgType></xml>"
    others = {
        "slack": [chat.PlatformRequest("POST", "/chat/slack", {}, {}, "ssl_check=1")],
        "wecom": [chat.wecom_sealed(event, chat.Sender()), chat.wecom_check("hello", chat.Sender())],
    }
    app = feishu.Options(app_id=chat.APP, app_secret=chat.VARIABLES["FEISHU_APP_SECRET"])
    with (
        feishu.serve(app) as lark,
        Function(
            callers=[*chat.CALLERS], environ={**chat.VARIABLES, "FEISHU_ENDPOINT": lark.url}
        ) as function,
    ):
        function.environ["FEISHU_ENDPOINT"] = lark.url
        for sent in [chat.PLAYERS[name]("help", chat.Sender()), *others.get(name, [])]:
            answer = function.answer(sent.event())
            replies = CONTRACT["paths"][sent.path][sent.method.lower()]["responses"]

            assert answer.status == 200
            assert answer.headers["Content-Type"] in replies["200"]["content"]
        transport.forget()


def test_no_example_holds_what_differs_from_run_to_run() -> None:
    """Ids of requests and of key pairs are fixed ones, so that the document does not change by itself."""
    assert openapi.text() == openapi.text()


def test_the_schemas_in_the_contract_are_the_ones_that_validate() -> None:
    """The schemas of the contract are, member for member, those that the function and its tests read."""
    for component, name in (
        ("ImportKeyPairRequest", "import-key-pair.request"),
        ("ImportKeyPairResult", "import-key-pair.result"),
        ("Problem", "problem"),
    ):
        schema = json.loads((ROOT / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
        identity = {"$schema": schema.pop("$schema"), "$id": schema.pop("$id")}

        shown = in_words(schema) if component == "ImportKeyPairRequest" else schema
        assert CONTRACT["components"]["schemas"][component] == shown
        assert identity["$schema"] == "https://json-schema.org/draft/2020-12/schema"
