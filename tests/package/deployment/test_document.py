"""serverless.yml and .env, as they are written."""

from __future__ import annotations

import pytest

from package.deployment.document import dotenv, parse
from package.deployment.fields import WrongFileError

HEAD = "app: keys\nstage: prod\ncomponent: scf\nname: import\n"


def test_variables_are_replaced_everywhere() -> None:
    """`${env:NAME}` in nested values and lists, and the names at the top of the file."""
    inputs = parse(
        HEAD + "inputs: {role: 'r-${stage}', list: ['${env:A}${env:B}', 1], deep: {x: '${app}/${name}'}}",
        {"A": "a", "B": "b"},
    )

    assert inputs["role"] == "r-prod"
    assert inputs["list"] == ["ab", 1]
    assert inputs["deep"] == {"x": "keys/import"}


def test_name_and_region_have_the_defaults_of_the_component() -> None:
    """A function without a name is called by name, stage and app; the stage is `dev` where there is none."""
    inputs = parse("app: keys\ncomponent: scf\nname: import\ninputs: {}", {})

    assert inputs == {"name": "import-dev-keys", "region": "ap-guangzhou"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("inputs: {}", "component must be scf"),
        ("component: scf\ninput: {}", "serverless.yml.input is unknown. Did you mean inputs?"),
        (HEAD + "inputs: []", "inputs must be a mapping"),
        (HEAD, "inputs must be a mapping"),
        ("- a", "serverless.yml must be a mapping"),
        (HEAD + "inputs: {a: '${env:B} ${env:C}', d: ['${env:B}']}", "set B, C, in the shell or in .env"),
        (HEAD + "inputs: {a: '${file:b}'}", "${file:b} is not understood"),
        (HEAD + "inputs: {a: {b: 1, c: 2, b: 3}}", "b is written twice in one place (line 5)"),
        (HEAD + "inputs: {", "it is no YAML"),
    ],
)
def test_what_is_wrong_is_named(text: str, message: str) -> None:
    """Nothing is dropped or guessed."""
    with pytest.raises(WrongFileError) as raised:
        parse(text, {})

    assert message in str(raised.value)


def test_dotenv() -> None:
    """Quotes, `export`, blanks and comments as people write them; a `#` within a value belongs to it."""
    text = "# mine\n\nA=1\nexport B = two words \nC=\"q=1#2\"\nD='#'\nE=\nF=whsec_a+/b==\r\n"

    assert dotenv(text) == {
        "A": "1", "B": "two words", "C": "q=1#2", "D": "#", "E": "", "F": "whsec_a+/b==",
    }  # fmt: skip


@pytest.mark.parametrize("line", ["SECRET", "1A=secret", "A-B=secret", 'A="secret', "A='"])
def test_wrong_dotenv_line_is_named_by_its_number(line: str) -> None:
    """The line itself may be a secret."""
    with pytest.raises(WrongFileError, match=r"line 2 of \.env") as raised:
        dotenv(f"A=1\n{line}\n")

    assert "secret" not in str(raised.value).lower()
