"""`python -m local.callers check`: verdicts on files that agree with the function."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handler.callers import file
from handler.chat import schemes
from handler.problems import Misconfigured
from local.callers import check, mint
from local.callers.__main__ import main
from tests.local.callers.command import CASES, ROLE, WEBHOOKS, callers, run, text_of


@pytest.mark.parametrize("cases", [CASES[at : at + 12] for at in range(0, len(CASES), 12)])
def test_check_says_of_every_file_what_the_function_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, cases: list[dict[str, Any]]
) -> None:
    """The command's verdict is the function's, with the sentence that the function would log first."""
    for case in cases:
        _check_says_what_the_function_says(capsys, tmp_path / "callers.json", case)


def _check_says_what_the_function_says(
    capsys: pytest.CaptureFixture[str], path: Path, case: dict[str, Any]
) -> None:
    path.write_bytes(text_of(case))
    code, out, err = run(capsys, "check", str(path))
    if case["good"]:
        assert (code, err) == (0, ""), case["case"]
        assert out.endswith(f"{path} is right.\n")
        return
    with pytest.raises(Misconfigured) as raised:
        file.parse(text_of(case), schemes)
    assert (code, out) == (1, ""), case["case"]
    assert err.splitlines()[0] == raised.value.cause, case["case"]


ALL_THAT_IS_WRONG = """\
The callers file is wrong: callers[0] "a": auth must name users or channels, or say "users": "everyone".
callers[0] "a": allow has an unknown member; known are keyNames, projectIds, regions, look, accounts, \
minBits, requiredTags, dryRunOnly, invite.
callers[0] "a": allow.minBits must be a whole number from 2048 to 16384: the smallest RSA key that this \
caller may hand in, where that is more than MIN_RSA_BITS.
callers[1] "b": auth lacks "scheme".
callers[1] "b": tags has a member whose name must be a tag name of 1 to 127 characters without blanks at an \
end, not starting qcs:, project or 项目.
callers[2]: auth lacks "source".
callers[2]: id must be a name for logs: 1 to 64 of A-Z, a-z, 0-9, ".", "_" and "-".
callers[3] "d": auth.sha256[0] must be the SHA-256 hash of a whole key in 64 hex digits, not the key itself.
callers[4] "e": auth lacks "users" or "channels".
callers[5] must be one caller."""


def test_check_tells_all_that_is_wrong_at_once() -> None:
    """Beside the function's first sentence everything else is told that breaks the schema, in its words."""
    text = callers(
        {
            "id": "a",
            "auth": {"scheme": "slack", "secretEnv": ["A"], "team": "T1"},
            "allow": {"minBits": 1, "x": 2},
        },
        {"id": "b", "auth": {}, "tags": {"qcs:s": "v"}},
        {"id": "no id/", "auth": {"scheme": "trigger"}},
        {"id": "d", "auth": {"scheme": "api-key", "sha256": ["ikp_planted"]}},
        {"id": "e", "auth": {"scheme": "mattermost", "tokenEnv": ["A"]}},
        None,
    )
    faults = check.validate(text).faults
    assert "\n".join([faults[0], *sorted(faults[1:])]) == ALL_THAT_IS_WRONG
    assert "planted" not in "".join(faults)


def test_check_names_a_member_that_stands_twice() -> None:
    """Of a repeated member the name is told, if it is one that the file knows."""
    assert check.validate(b'{"callers": [{"id": "a", "id": "b"}]}').faults[1:] == (
        'The member that stands twice is "id".',
    )
    assert len(check.validate(b'{"whsec_planted": 1, "whsec_planted": 2}').faults) == 1
    assert len(check.validate(b'{"callers": [').faults) == 1


def test_check_of_the_whole_file_speaks_of_the_file() -> None:
    """What is wrong with the file itself is said once."""
    assert check.validate(b"[]").faults == ("The callers file is wrong: it must be an object.",)
    assert check.validate(b"{}").faults == ('The callers file is wrong: it lacks the member "callers".',)
    assert check.validate(b'{"callers": []}').faults == (
        "The callers file is wrong: callers must be a list of 1 to 1000.",
    )


def test_check_of_variables_looks_at_those_set_here(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """With --environment a secret that is missing or malformed here is wrong, and never printed."""
    path = tmp_path / "callers.json"
    path.write_bytes(callers({"id": "a", "auth": {"scheme": "standard-webhooks", "secretEnv": ["A_SECRET"]}}))
    assert run(capsys, "check", str(path))[0] == 0
    code, _, err = run(capsys, "check", str(path), "--environment")
    assert code == 1
    assert err.startswith(
        'callers[0] "a": the environment variable A_SECRET is not set; it must hold a Standard'
    )
    code, out, err = run(capsys, "check", str(path), "--environment", A_SECRET="whsec_planted")
    assert code == 1
    assert "planted" not in out + err
    assert (
        run(
            capsys,
            "check",
            str(path),
            "--environment",
            A_SECRET=mint.new_secret("a", "standard-webhooks").secret,
        )[0]
        == 0
    )


def test_check_of_no_file_is_a_usage_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A file that cannot be read is exit code 2 and one sentence."""
    path = tmp_path / "callers.json"
    assert run(capsys, "check", str(path)) == (2, "", f"{path} cannot be read: No such file or directory.\n")


def test_wrong_revoked_invitation_is_told_at_its_place() -> None:
    """What stands beside the callers is told as itself, not as one of them."""
    wrong = {"callers": [{"id": "a", "auth": WEBHOOKS}], "revokedInvitations": ["x", 1]}
    rule = "must be the id of an invitation: 22 of A-Z, a-z, 0-9, - and _."
    assert check.validate(json.dumps(wrong).encode()).faults == (
        f"The callers file is wrong: revokedInvitations[0] {rule}",
        f"revokedInvitations[1] {rule}",
    )


def test_a_role_of_the_wrong_form_is_wrong() -> None:
    """The reader and the schema name the same place, so it is told once."""
    accounts = {"prod": {"roleArn": "ImportKeyPair"}}
    contents = {"callers": [{"id": "a", "auth": WEBHOOKS}], "accounts": accounts}
    assert check.validate(json.dumps(contents).encode()).faults == (
        "The callers file is wrong: accounts.prod.roleArn must be qcs::cam::uin/UIN:roleName/NAME.",
    )


def test_an_external_id_is_looked_for_where_secrets_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With --environment, as the function would."""
    path = tmp_path / "callers.json"
    account = {"roleArn": ROLE, "externalIdEnv": "PROD_EXTERNAL_ID"}
    caller = {"id": "a", "auth": {"scheme": "trigger", "source": "invoke"}}
    path.write_text(json.dumps({"callers": [caller], "accounts": {"prod": account}}), encoding="utf-8")
    status, _, errors = run(capsys, "check", "--environment", str(path))
    assert status == 1
    assert "accounts.prod: the environment variable PROD_EXTERNAL_ID is not set" in errors
    assert run(capsys, "check", "--environment", str(path), PROD_EXTERNAL_ID="shared")[0] == 0


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    """--help explains commands and exit codes."""
    with pytest.raises(SystemExit) as ended:
        main(["--help"], {})
    assert ended.value.code == 0
    assert "exit code of check:  0" in capsys.readouterr().out
