"""docs/operations.md names commands, policies and fields that exist."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from handler import problems
from handler.callers import accounts
from handler.importing.order import Target
from local.callers import check
from package import ROOT
from package.deployment.calls import calls
from tests.deploy import tccli

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
POLICIES = sorted(file.stem for file in (ROOT / "docs/cam").glob("*.json"))
COMMANDS = [line for line in PAGE.splitlines() if line.startswith("tccli ")]

# Of the audit line; alarms count by them.
FIELDS = {
    "attempts", "caller", "cause", "code", "cvmCode", "cvmRequestId", "fingerprint", "keyId", "keyName",
    "log", "reason", "requestId", "result", "totalMs", "trigger", "upstreamMs", "user",
    # where a record came from
    "bits", "bucket", "eventId", "index", "object", "offset", "partition", "source", "topic", "traceId",
}  # fmt: skip


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", POLICIES)
def test_page_shows_the_policy_that_the_commands_send(name: str) -> None:
    """The JSON on the page and the file beside it are the same."""
    policy = (ROOT / f"docs/cam/{name}.json").read_text(encoding="utf-8")

    assert policy in _blocks("json")
    assert f"(cam/{name}.json)" in PAGE


def test_only_scf_takes_on_the_role() -> None:
    """The trust policy names only the service."""
    policy = json.loads((ROOT / "docs/cam/trust-policy.json").read_text(encoding="utf-8"))

    (statement,) = policy["statement"]
    assert policy["version"] == "2.0"
    assert statement == {
        "effect": "allow",
        "action": "name/sts:AssumeRole",
        "principal": {"service": ["scf.qcloud.com"]},
    }


def test_role_may_import_and_list_and_no_more() -> None:
    """Least privilege: no deleting, no binding, no other product."""
    policy = json.loads((ROOT / "docs/cam/permission-policy.json").read_text(encoding="utf-8"))

    (statement,) = policy["statement"]
    assert policy["version"] == "2.0"
    assert statement["effect"] == "allow"
    assert statement["action"] == ["cvm:ImportKeyPair", "cvm:DescribeKeyPairs"]


def _statements(name: str) -> list[dict[str, Any]]:
    policy = json.loads((ROOT / f"docs/cam/{name}.json").read_text(encoding="utf-8"))
    assert set(policy) == {"version", "statement"}
    assert policy["version"] == "2.0"
    statements: list[dict[str, Any]] = policy["statement"]
    assert {statement["effect"] for statement in statements} == {"allow"}
    return statements


def test_drop_box_is_read_here_and_written_there(inputs: dict[str, Any]) -> None:
    """The two prefixes of one bucket, never the same: a result below the watched one would be an event.

    The form is https://cloud.tencent.com/document/product/436/18023: `uid/` and the bucket have the APPID.
    """
    rights = {}
    for statement in _statements("drop-box-policy"):
        (action,), (resource,) = statement["action"], statement["resource"]
        place = re.fullmatch(r"qcs::cos:(ap-[a-z]+):uid/(\d{10}):([a-z-]+-(\d{10}))/([a-z/]+/)\*", resource)
        assert place, resource
        assert place[2] == place[4]
        rights[action] = (place[1], place[3], place[5])
    (cos,) = [event["cos"]["parameters"] for event in inputs["events"] if "cos" in event]

    assert set(rights) == {"name/cos:GetObject", "name/cos:PutObject"}
    region, bucket, read = rights["name/cos:GetObject"]
    assert cos["bucket"] == f"{bucket}.cos.{region}.myqcloud.com"
    assert cos["filter"] == {"prefix": read, "suffix": ".pub"}
    written = rights["name/cos:PutObject"]
    assert written[:2] == (region, bucket)
    assert not written[2].startswith(read)
    assert not read.startswith(written[2])


def test_another_account_is_entered_by_one_role_and_an_external_id() -> None:
    """One side may assume that role alone; the other asks for a secret, since it trusts a whole account."""
    (ours,) = _statements("assume-role-policy")
    (theirs,) = _statements("account-trust-policy")

    assert ours["action"] == ["name/sts:AssumeRole"]
    assert all(re.fullmatch(r"qcs::cam::uin/\d+:roleName/\w+", role) for role in ours["resource"])
    assert theirs["action"] == "name/sts:AssumeRole"
    assert re.fullmatch(r"qcs::cam::uin/\d+:root", *theirs["principal"]["qcs"])
    assert list(theirs["condition"]) == ["string_equal"]
    assert list(theirs["condition"]["string_equal"]) == ["sts:external_id"]
    # As it stands it is one that the function takes, so that only the text has to be replaced.
    (shared,) = theirs["condition"]["string_equal"].values()
    assert (
        accounts.external_id(Target("prod", "", "PROD_EXTERNAL_ID"), {"PROD_EXTERNAL_ID": shared}) == shared
    )
    (arn,) = ours["resource"]
    assert f"--RoleName {arn.rpartition('/')[2]} " in PAGE


def test_a_second_account_is_set_up_step_by_step() -> None:
    """Both pages number the same steps, in order; the entry for callers.json is one."""
    (entry,) = [block for block in _blocks("json") if '"roleArn"' in block]
    contents = entry.replace("…", "a" * 64).encode()
    assert [target.name for target in check.validate(contents).accounts] == ["prod"]
    chinese = (ROOT / "docs/operations.zh-CN.md").read_text(encoding="utf-8")
    for page in (PAGE, chinese):
        assert re.findall(r"^\*\*(\d)\. ", page, re.MULTILINE) == list("123456")
        assert entry in page
        for name in ("assume-role-policy", "account-trust-policy"):
            assert (ROOT / f"docs/cam/{name}.json").read_text(encoding="utf-8") in page


def test_role_has_the_name_that_is_deployed(inputs: dict[str, Any]) -> None:
    """serverless.yml and the commands speak of the same role and function."""
    assert f"--RoleName {inputs['role']} " in PAGE
    assert f"--FunctionName {inputs['name']}" in PAGE


@pytest.mark.parametrize("line", [line for line in PAGE.splitlines() if ".venv/bin/python -m" in line])
def test_our_own_command_is_one_that_we_have(line: str, tmp_path: Path) -> None:
    """What the page says about callers works as it stands."""
    _, *rest = shlex.split(line)
    (tmp_path / "callers.json").write_bytes((ROOT / "callers.example.json").read_bytes())

    done = subprocess.run(
        [sys.executable, *rest],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
    )

    assert done.returncode == 0, done.stderr


def test_make_targets_on_the_page_exist() -> None:
    """Every `make` on the page has its line in the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {
        name for names in re.findall(r"(?:^|`)make ([a-z ]+)", PAGE, re.MULTILINE) for name in names.split()
    }

    assert targets == {"package", "deployment"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("line", COMMANDS)
def test_command_is_one_that_tccli_has(line: str) -> None:
    """The action exists, and the API behind it knows every parameter, down to the last member."""
    _, *arguments = shlex.split(line)
    if "--cli-input-json" in arguments:
        file = arguments.pop(arguments.index("--cli-input-json") + 1)
        arguments.remove("--cli-input-json")
        assert re.fullmatch(r"file://\$PWD/dist/deployment/[a-z-]+\.json", file)

    command = tccli.read(arguments)

    assert command.waiter in {None, ("Status", "Active")}


@pytest.mark.parametrize(
    "line",
    [
        "scf CreateFunktion --region ap-guangzhou --FunctionName a",
        "scf GetFunction --FunctionName a",
        "cam CreateRole --region ap-guangzhou --RoleName a",
        "scf GetFunction --region ap-guangzhou --Functionname a",
        "scf GetFunction --region ap-guangzhou --FunctionName",
        "scf PutReservedConcurrencyConfig --region ap-guangzhou --ReservedConcurrencyMem much",
        "scf UpdateFunctionConfiguration --region ap-guangzhou --DeadLetterConfig '{\"Typ\": 1}'",
        "scf UpdateFunctionConfiguration --region ap-guangzhou --FunctionName a --Layers '{}'",
        "scf GetFunction --region ap-guangzhou --FunctionName a --waiter Active",
    ],
)
def test_stand_in_refuses_what_tccli_does_not_have(line: str) -> None:
    """A stand-in that takes everything would prove nothing."""
    with pytest.raises(tccli.WrongCommandError):
        tccli.read(shlex.split(line))


def test_every_change_of_the_function_is_waited_for() -> None:
    """SCF refuses a change while another is under way."""
    lines = PAGE.splitlines()
    changing = re.compile(r".*/(create-function|update-[a-z-]+)\.json")
    changes = [index for index, line in enumerate(lines) if changing.fullmatch(line)]

    assert len(changes) == 3
    assert all(lines[index + 1].startswith("tccli scf GetFunction ") for index in changes)


def test_commands_send_files_that_are_written(inputs: dict[str, Any]) -> None:
    """Each file is made by `make deployment`, for the action that it is sent with."""
    written = {f"{call.action} {call.file}" for call in calls(inputs, b"zip")}
    sent = {
        f"{match[1]} {match[2]}"
        for line in COMMANDS
        if (match := re.search(r"tccli scf (\w+) .*/dist/deployment/([a-z-]+)\.json", line))
    }

    assert len(sent) == 5
    assert sent <= written


def test_alarms_count_fields_and_codes_that_exist() -> None:
    """A misspelt code would never ring."""
    from handler import problems

    queries = re.findall(r"`(log:[^`]*)`", PAGE)
    codes = re.findall(r'code:"([a-z-]+)"', " ".join(queries))
    slugs = {problem.slug for problem in vars(problems).values() if hasattr(problem, "slug")}

    assert codes == [
        "misconfigured", "upstream-busy", "key-pair-quota", "outcome-unknown", "unauthenticated"
    ]  # fmt: skip
    assert set(codes) <= slugs
    assert {name for query in queries for name in re.findall(r"(\w+):", query)} <= FIELDS


def test_index_has_every_field_that_is_searched() -> None:
    """CLS finds nothing by a field that has no index."""
    (paragraph,) = re.findall(r"key-value index, add\n(.*?)\n\n", PAGE, re.DOTALL)

    assert set(re.findall(r"`(\w+)`", paragraph)) == FIELDS
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "handler").rglob("*.py"))
    assert not [name for name in FIELDS if f'"{name}"' not in code]


def test_brake_is_whole_instances(inputs: dict[str, Any]) -> None:
    """The reserved quota on the page is ten times the function's memory."""
    (quota,) = re.findall(r"--ReservedConcurrencyMem (\d+)", PAGE)

    assert int(quota) == 10 * inputs["memorySize"]


def test_table_of_contents_is_complete() -> None:
    """Every section is listed, in order, and every link to a section leads somewhere."""

    def anchors(level: str) -> list[str]:
        headings = re.findall(rf"^{level} (.*)$", PAGE, re.MULTILINE)
        return [re.sub(r"[^a-z -]", "", heading.lower()).replace(" ", "-") for heading in headings]

    assert re.findall(r"^\d+\. \[.*?\]\(#([a-z-]+)\)", PAGE, re.MULTILINE) == anchors("##")
    linked = set(re.findall(r"\]\(#([a-z-]+)\)", PAGE))
    assert set(anchors("##")) <= linked <= {*anchors("##"), *anchors("###")}


def test_cost_adds_up() -> None:
    """The table's sum is the sum of its rows, in both currencies."""
    for currency in ("CNY", "USD"):
        rows = [float(cost) for cost in re.findall(rf"\| (\d+\.\d\d) {currency} \|", PAGE)]
        (total,) = re.findall(rf"\*\*(\d+\.\d\d) {currency}\*\*", PAGE)

        assert len(rows) == 3
        assert round(sum(rows), 2) == float(total)


def test_rejected_keys_are_those_that_no_delivery_will_bring() -> None:
    """The query for a day's rejected keys leaves out what may still come, by indexed fields."""
    (query,) = re.findall(
        r'^log:"audit" AND code:\* AND NOT code:\((.*?)\) \| select (.*?), count', PAGE, re.MULTILINE
    )
    tree = [problems.Problem]
    for kind in tree:
        tree += kind.__subclasses__()

    assert set(re.findall(r'"([a-z-]+)"', query[0])) == {
        kind.slug for kind in tree if kind.retryable and not kind.__subclasses__()
    }
    assert set(query[1].replace('"', "").split(", ")) <= FIELDS
