"""`python -m local.callers`: secrets that work, and verdicts on files that agree with the function."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handler.callers import file, standard_webhooks
from handler.callers.caller import resolve
from handler.chat import schemes
from handler.problems import Misconfigured
from local.callers import check, explain, mint, risks
from local.callers.__main__ import main

ROOT = Path(__file__).parents[2]
CASES: list[dict[str, Any]] = json.loads(
    (ROOT / "tests" / "handler" / "callers" / "files.json").read_text(encoding="utf-8")
)


def text_of(case: dict[str, Any]) -> bytes:
    """Return the bytes of a case's file."""
    text: str = case["text"] if "text" in case else json.dumps(case["file"])
    return text.encode()


def callers(*entries: dict[str, Any] | None) -> bytes:
    """Return the text of a file with these callers."""
    return json.dumps({"callers": entries}).encode()


def run(capsys: pytest.CaptureFixture[str], *arguments: str, **environ: str) -> tuple[int, str, str]:
    """Exit code, output and errors of the command."""
    code = main(arguments, environ)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


@pytest.mark.parametrize("scheme", ["standard-webhooks", "api-key"])
def test_new_secret_makes_a_caller_that_the_function_takes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, scheme: str
) -> None:
    """The printed entry is a right file, the secret fits it, and it is printed exactly once."""
    code, out, err = run(capsys, "new", "onboarding", "--scheme", scheme)
    assert (code, err) == (0, "")
    (secret,) = re.findall(r"^ +((?:whsec|ikp)_\S+)$", out, re.MULTILINE)
    assert out.count(secret) == 1
    entry = json.loads(out[out.index("    {\n") : out.index("    }\n") + 6])
    variable = mint.variable("onboarding", scheme)
    assert re.search(rf"^ +{variable}$", out, re.MULTILINE)
    (known,) = resolve(file.parse(callers(entry), schemes).callers, {variable: secret})
    assert known.caller.id == "onboarding"
    if scheme == "api-key":
        assert known.secrets == (hashlib.sha256(secret.encode()).digest(),)
        assert len(secret) > 40
    else:
        assert known.secrets == (base64.b64decode(secret[6:]),)
        assert len(known.secrets[0]) == 32
    path = tmp_path / "callers.json"
    path.write_bytes(callers(entry))
    assert run(capsys, "check", str(path))[0] == 0


def test_secret_can_be_made_without_any_package() -> None:
    """A Python of one's own makes a secret; where it lacks what judges a file, it says what to do."""
    command = [sys.executable, "-S", "-m", "local.callers"]
    bare: dict[str, Any] = {"cwd": ROOT, "capture_output": True, "text": True}
    made = subprocess.run([*command, "new", "onboarding", "--scheme", "api-key"], **bare)
    judged = subprocess.run([*command, "check", "callers.example.json"], **bare)

    assert (made.returncode, made.stderr) == (0, "")
    assert "\n    ikp_" in made.stdout
    assert judged.returncode == 2
    assert ".venv/bin/python -m local.callers check FILE" in judged.stderr


def test_every_secret_is_new() -> None:
    """No two secrets are the same, and each is well formed."""
    minted = [mint.new_secret("a", "standard-webhooks").secret for _ in range(20)]
    assert len(set(minted)) == 20
    assert all(standard_webhooks.decode_secret(secret) for secret in minted)
    assert len({mint.new_secret("a", "api-key").secret for _ in range(20)}) == 20


def test_new_for_scripts_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    """With --json secret, variable and entry are one JSON object."""
    _, out, _ = run(capsys, "new", "onboarding", "--scheme", "standard-webhooks", "--json")
    minted = json.loads(out)
    assert minted["variable"] == "ONBOARDING_SECRET"
    assert minted["secret"].startswith("whsec_")
    assert minted["entry"] == {
        "id": "onboarding",
        "auth": {"scheme": "standard-webhooks", "secretEnv": ["ONBOARDING_SECRET"]},
    }


@pytest.mark.parametrize(
    ("caller", "variable"),
    [
        ("onboarding", "ONBOARDING_SECRET"),
        ("platform-team.2", "PLATFORM_TEAM_2_SECRET"),
        ("-a-", "A_SECRET"),
        ("7", "CALLER_7_SECRET"),
        ("...", "CALLER_SECRET"),
        ("scf.x", "CALLER_SCF_X_SECRET"),
        ("tencentcloud-x", "CALLER_TENCENTCLOUD_X_SECRET"),
        ("a" * 64, "A" * 57 + "_SECRET"),
    ],
)
def test_variable_is_named_after_its_caller(caller: str, variable: str) -> None:
    """Any id makes a variable that the platform and the file take."""
    assert mint.variable(caller, "standard-webhooks") == variable
    entry = {"id": "x", "auth": {"scheme": "standard-webhooks", "secretEnv": [variable]}}
    assert file.parse(callers(entry), schemes).callers


@pytest.mark.parametrize("name", ["", "a b", "é", "a" * 65, "a/b"])
def test_new_refuses_what_is_no_id(capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A name that the file would not take is a usage error."""
    with pytest.raises(SystemExit) as ended:
        main(["new", name, "--scheme", "api-key"], {})
    assert ended.value.code == 2
    assert "it must be an id of 1 to 64" in capsys.readouterr().err


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_check_says_of_every_file_what_the_function_says(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, case: dict[str, Any]
) -> None:
    """The command's verdict is the function's, with the sentence that the function would log first."""
    path = tmp_path / "callers.json"
    path.write_bytes(text_of(case))
    code, out, err = run(capsys, "check", str(path))
    if case["good"]:
        assert (code, err) == (0, "")
        assert out.endswith(f"{path} is right.\n")
        return
    with pytest.raises(Misconfigured) as raised:
        file.parse(text_of(case), schemes)
    assert (code, out) == (1, "")
    assert err.splitlines()[0] == raised.value.cause


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


def test_example_is_right_and_its_risks_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The example file passes, and what it leaves open is told."""
    code, out, err = run(capsys, "check", str(ROOT / "callers.example.json"))
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == (
        "onboarding     Standard Webhooks, secrets in ONBOARDING_SECRET, ONBOARDING_SECRET_NEXT; key names"
        " onb_*, projects 0, 1001, regions ap-guangzhou, RSA from 3072 bits, must send tags owner, may"
        " invite, gets tags imported-by"
    )
    assert (
        'Mind: callers[1] "platform-team": a hash of one repeated digit is the placeholder of an example'
        in out
    )


def everything() -> bytes:
    """Return a file with every scheme in it."""
    return text_of(next(case for case in CASES if case["case"] == "every scheme at once"))


def test_every_scheme_is_explained() -> None:
    """Each caller is one line: how it proves itself, and what it may do."""
    assert explain.lines(check.validate(everything()).callers) == [
        f"{name:<14}  {text}; any key name, any project, any region"
        for name, text in (
            ("onboarding", "Standard Webhooks, secrets in ONBOARDING_SECRET, ONBOARDING_SECRET_NEXT"),
            ("platform-team", "API key, 2 keys valid"),
            ("new-hires", "events from ckafka:new-hires"),
            ("ops-slack", "Slack team T1, secrets in SLACK_SIGNING_SECRET, 1 user"),
            ("ops-mattermost", "Mattermost, secrets in MATTERMOST_TOKEN, everyone in 1 channel"),
            ("ops-wecom", "WeCom ww5823bf96d3bd56c7, secrets in WECOM_TOKEN, WECOM_AES_KEY, everyone"),
        )
    ]
    (dry,) = check.validate(
        callers({"id": "d", "auth": {"scheme": "trigger", "source": "invoke"}, "allow": {"dryRunOnly": True}})
    ).callers
    assert explain.lines([dry]) == [
        "d  events from invoke; any key name, any project, any region, dry runs only"
    ]
    box = {"scheme": "trigger", "source": "cos:keys-1250000000/in/", "results": "out/"}
    assert explain.lines(check.validate(callers({"id": "b", "auth": box})).callers) == [
        "b  events from cos:keys-1250000000/in/, results to out/; any key name, any project, any region"
    ]


SLACK = {"scheme": "slack", "secretEnv": ["S"], "team": "T1"}
MATTERMOST = {"scheme": "mattermost", "tokenEnv": ["M"]}
WEBHOOKS = {"scheme": "standard-webhooks", "secretEnv": ["A"]}
NO_RULES = 'callers[0] "c0": no rules at all, so it may take any key name, in any project and region.'
FOR_EVER = "a request holds its token and no time: whoever has seen one can send it, or others, for ever."
NAMED = {"keyNames": ["a_*"]}
MINTED_ONLINE = (
    "an invitation that is asked for online stands in SCF's log of replies until it expires, and the request"
    " for it can be repeated; `python -m local.callers invite` makes one without either."
)


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([{"auth": WEBHOOKS, "allow": NAMED}], []),
        (
            [{"auth": WEBHOOKS}],
            [NO_RULES],
        ),
        (
            [{"auth": WEBHOOKS, "allow": {}}],
            [NO_RULES],
        ),
        (
            [{"auth": WEBHOOKS, "allow": {"minBits": 4096}}],
            ['callers[0] "c0": no keyNames, so it may take any key name.'],
        ),
        (
            [{"auth": WEBHOOKS, "allow": {"keyNames": ["a" * 26, "a" * 25 + "*"]}}],
            [f'callers[0] "c0": no key name is long enough for {"a" * 26}: they have at most 25 characters.'],
        ),
        (
            [{"auth": {"scheme": "api-key", "sha256": ["01" * 32]}, "allow": NAMED}],
            ['callers[0] "c0": a request with an API key can be repeated for as long as the key is valid.'],
        ),
        (
            [{"auth": {**SLACK, "users": "everyone"}, "allow": NAMED}],
            ['callers[0] "c0": everyone on the chat platform may speak as this caller, guests included.'],
        ),
        ([{"auth": {**SLACK, "users": "everyone", "channels": ["C1"]}, "allow": NAMED}], []),
        (
            [{"auth": {**SLACK, "users": ["U1"]}, "allow": {"keyNames": ["{user}"]}}],
            ['callers[0] "c0": {user} makes one name of the ids a.b and a_b.'],
        ),
        (
            [
                {
                    "auth": {**SLACK, "users": ["U1"]},
                    "allow": {"keyNames": ["{user}_*", "{user}*", "x", "*{user}"]},
                }
            ],
            [
                'callers[0] "c0": {user} makes one name of the ids a.b and a_b.',
                'callers[0] "c0": {user}_* of alice also covers the names of alice_x.',
                'callers[0] "c0": {user}* of alice also covers the names of alicex.',
                'callers[0] "c0": *{user} of alice also covers the names of xalice.',
            ],
        ),
        (
            [
                {"auth": {"scheme": "trigger", "source": "invoke"}, "allow": NAMED},
                {"auth": {"scheme": "trigger", "source": "timer:x"}, "allow": NAMED},
            ],
            [
                (
                    "c0, c1: whoever may invoke the function (CAM) can pass for any of these triggers, so the"
                    " weakest rules among them are what counts."
                )
            ],
        ),
        (
            [
                {"auth": WEBHOOKS, "allow": {**NAMED, "invite": True}},
                {"auth": {**WEBHOOKS, "secretEnv": ["B"]}, "allow": {"projectIds": [0], "invite": True}},
            ],
            [
                f'callers[0] "c0": {MINTED_ONLINE}',
                'callers[1] "c1": no keyNames, so it may take any key name.',
                'callers[1] "c1": no keyNames, so it may invite anybody to hand in a key under any name.',
                f'callers[1] "c1": {MINTED_ONLINE}',
            ],
        ),
        (
            [{"auth": WEBHOOKS, "allow": NAMED}, {"auth": WEBHOOKS, "allow": NAMED}],
            ['callers[1] "c1": callers[0] "c0" answers in its place.'],
        ),
        (
            [
                {"auth": WEBHOOKS, "allow": NAMED},
                {"auth": {**WEBHOOKS, "secretEnv": ["A", "B"]}, "allow": NAMED},
            ],
            [],
        ),
        (
            [
                {"auth": {**SLACK, "users": ["U1"]}, "allow": NAMED},
                {"auth": {**SLACK, "channels": ["C1"]}, "allow": NAMED},
            ],
            ['callers[1] "c1": callers[0] "c0" answers in its place.'],
        ),
        (
            [
                {"auth": {**SLACK, "channels": ["C1"]}, "allow": NAMED},
                {"auth": {**SLACK, "users": ["U1"]}, "allow": NAMED},
                {"auth": {**SLACK, "users": ["U1"], "team": "T2"}, "allow": NAMED},
            ],
            [],
        ),
        (
            [
                {"auth": {**MATTERMOST, "users": ["U1"]}, "allow": NAMED},
                {"auth": {**MATTERMOST, "channels": ["C1"]}, "allow": NAMED},
            ],
            [
                *(f'callers[{index}] "c{index}": {FOR_EVER}' for index in (0, 1)),
                'callers[1] "c1": callers[0] "c0" answers in its place.',
            ],
        ),
    ],
)
def test_risks_are_told_in_words(entries: list[dict[str, Any]], expected: list[str]) -> None:
    """What is legal but worth a second look is told, caller by caller; what is not, is not."""
    text = callers(*({"id": f"c{index}", **entry} for index, entry in enumerate(entries)))
    verdict = check.validate(text)
    assert verdict.faults == ()
    assert list(risks.of(verdict.callers)) == expected


def test_wrong_revoked_invitation_is_told_at_its_place() -> None:
    """What stands beside the callers is told as itself, not as one of them."""
    wrong = {"callers": [{"id": "a", "auth": WEBHOOKS}], "revokedInvitations": ["x", 1]}
    rule = "must be the id of an invitation: 22 of A-Z, a-z, 0-9, - and _."
    assert check.validate(json.dumps(wrong).encode()).faults == (
        f"The callers file is wrong: revokedInvitations[0] {rule}",
        f"revokedInvitations[1] {rule}",
    )


ROLE = "qcs::cam::uin/200000000002:roleName/ImportKeyPair"


def test_an_account_without_external_id_is_a_risk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One with it is none, and callers are shown with the accounts that they may use."""
    path = tmp_path / "callers.json"
    with_id = {"roleArn": ROLE, "externalIdEnv": "PROD_EXTERNAL_ID"}
    caller = {"id": "a", "auth": WEBHOOKS, "allow": {"accounts": ["prod", "own"]}}
    contents = {"callers": [caller], "accounts": {"prod": with_id, "test": {"roleArn": ROLE}}}
    path.write_text(json.dumps(contents), encoding="utf-8")
    status, output, _ = run(capsys, "check", str(path))
    assert status == 0
    assert "accounts prod, own" in output
    assert "Mind: accounts.test: no external id, so everybody" in output
    assert "accounts.prod" not in output


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
