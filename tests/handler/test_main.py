"""The function as SCF calls it."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import index
from handler import main


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CALLERS_FILE", str(tmp_path / "none.json"))


def test_scf_finds_the_function_in_the_root() -> None:
    """`index.main_handler` is the function."""
    assert index.main_handler is main.main_handler


def test_an_http_event_gets_an_http_reply() -> None:
    """Whatever else is in an event with a method and headers, it is an HTTP request."""
    event = {
        "httpMethod": "GET",
        "headers": {},
        "path": "/health",
        "keyName": "a",
        "Records": [{"Ckafka": {}}],
    }
    reply = index.main_handler(event, {"request_id": "r1"})

    assert isinstance(reply, dict)
    assert (reply["statusCode"], reply["headers"]["X-Request-Id"]) == (503, "r1")


@pytest.mark.parametrize("event", [None, [], "text", 5, {}, {"body": "{}"}])
def test_an_event_of_no_known_shape_is_answered_and_logged(
    event: object, capsys: pytest.CaptureFixture[str]
) -> None:
    """An event that cannot be read raises nothing: it is `malformed-request`, and logged."""
    answer = index.main_handler(event, None)

    assert isinstance(answer, dict)
    assert answer["code"] == "malformed-request"
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["code"] == "malformed-request"


def test_the_entry_is_a_table_of_contents() -> None:
    """The entry point stays under sixty lines and holds one function."""
    source = Path(main.__file__).read_text(encoding="utf-8")

    assert len(source.splitlines()) < 60
    assert sum(isinstance(node, ast.FunctionDef) for node in ast.parse(source).body) == 1
