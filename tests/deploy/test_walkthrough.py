"""docs/operations.md, done from its first command to its last.

The commands run as they stand there, one block after another in one shell. At the other end are the
stand-ins: `tccli` keeps an account (`tests/deploy/tccli.py`), and `curl` reaches the function behind its
gateway, with CVM behind it. What a reader does between the blocks, and puts in place of `...`, is below.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from local import cvm, throwaway
from local.callers.mint import new_secret
from local.gateway import Options, serve
from local.in_process import public_keys
from package import ROOT, runtime

pytestmark = pytest.mark.slow

PAGE = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)

# Files of the project that commands read.
NEEDED = (
    "LICENSE",
    "callers.example.json",
    "docs",
    "events",
    "handler",
    "index.py",
    "local",
    "requirements.txt",
    "schemas",
    "serverless.yml",
)

TOOLS = {
    "tccli": 'exec {python} {root}/tests/deploy/tccli.py "$@"\n',
    # What the targets do, without making the virtual environment anew.
    "make": """\
set -e
for target; do
  case $target in
    # The second time it would make the same bytes.
    package) [ -e dist/function.zip ] || {python} -m package ;;
    deployment) {python} -m package.deployment ;;
  esac
done
""",
    # The function's address is not this machine's.
    "curl": """\
for word; do
  shift
  set -- "$@" "$(printf %s "$word" | sed "s|^$FUNCTION_URL|$GATEWAY_URL|")"
done
exec {curl} "$@"
""",
}


class Done(NamedTuple):
    """What the commands printed, block by block, and the account that they have made."""

    printed: list[str]
    account: dict[str, Any]


@pytest.fixture(scope="session")
def _done(tmp_path_factory: pytest.TempPathFactory) -> Done | None:
    curl = shutil.which("curl")
    if not (curl and shutil.which("jq") and shutil.which("bash") and runtime.runs_this()):
        return None
    home = tmp_path_factory.mktemp("home")
    checkout = home / "checkout"
    _check_out(checkout)
    _put_tools(home / "bin", curl)
    (home / ".ssh").mkdir()
    key = public_keys()[0]
    (home / ".ssh/id_rsa.pub").write_text(key + "\n")
    signing = new_secret("onboarding", "standard-webhooks")
    api_key = throwaway.api_key()
    callers = home / "callers.json"
    callers.write_text(
        throwaway.callers(
            api_key, [signing.entry, *throwaway.trigger_callers(["invoke", "ckafka:new-hires"])]
        )
    )
    with cvm.serve(cvm.Options()) as stand_in:
        environment = {
            "CVM_ENDPOINT": stand_in.url,
            "CALLERS_FILE": str(callers),
            signing.variable: signing.secret,
        }
        with serve(Options(environment=environment)) as gateway:
            environ = {
                "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
                "HOME": str(home),
                "API_KEY": api_key,
                "GATEWAY_URL": gateway.url,
                "FUNCTION_URL": "https://1250000000-xxxxxxxxxx.ap-guangzhou.tencentscf.com",
                "TCCLI_ACCOUNT": str(home / "account.json"),
                "TCCLI_FUNCTION_ENVIRONMENT": json.dumps(environment),
            }
            done = subprocess.run(
                ["bash", "-e"], input=_script(callers, signing.secret, key), cwd=checkout, env=environ,
                capture_output=True, text=True,
            )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    printed = re.split(r"^== block \d+\n", done.stdout, flags=re.MULTILINE)[1:]
    account = json.loads((home / "account.json").read_text(encoding="utf-8"))
    return Done(printed, account)


@pytest.fixture
def done(_done: Done | None, missing: Callable[[str, str], None]) -> Done | None:
    """Return the whole page, done; None where a tool is missing."""
    if _done is None:
        missing(f"bash, curl, jq or {runtime.NAME}", "the commands of docs/operations.md")
    return _done


def _check_out(checkout: Path) -> None:
    checkout.mkdir()
    for name in NEEDED:
        (checkout / name).symlink_to(ROOT / name)
    # It finds the project by where it is itself.
    shutil.copytree(ROOT / "package", checkout / "package", ignore=shutil.ignore_patterns("__pycache__"))
    (checkout / "dist").mkdir()
    for wheels in (ROOT / "dist").glob("wheels-*"):
        (checkout / "dist" / wheels.name).symlink_to(wheels)
    (checkout / ".venv").symlink_to(sys.prefix)


def _put_tools(folder: Path, curl: str) -> None:
    folder.mkdir()
    for name, script in TOOLS.items():
        tool = folder / name
        filled = script.format(python=sys.executable, root=ROOT, curl=curl)
        tool.write_text(f"#!/bin/sh\nexport PYTHONPATH={ROOT}\n{filled}")
        tool.chmod(0o755)


def _script(callers: Path, secret: str, key: str) -> str:
    """Return all blocks in their order, with what a reader does between them."""
    letter = json.dumps({"Body": {"ClientContext": json.dumps({"keyName": "late", "publicKey": key})}})
    lines = []
    for number, block in enumerate(BLOCKS):
        filled = block.replace("whsec_...", secret).replace("ssh-rsa AAAA...", key)
        if "dead-letter.json" in block:
            lines.append(f"cat > dead-letter.json <<'END'\n{letter}\nEND")
        lines += [f"export BLOCK={number}", f'printf "\\n== block {number}\\n"', filled]
        if "local.callers check" in block:
            lines.append(f"cp {callers} callers.json")
    return "\n".join(lines)


def _printed_after(done: Done, command: str) -> str:
    (block,) = [printed for text, printed in zip(BLOCKS, done.printed, strict=True) if command in text]
    return block


def test_every_command_of_the_page_works_as_it_stands(done: Done | None) -> None:
    """From the role to the roll-back, with the answers that each step needs from the one before."""
    if done is None:
        return
    assert len(done.printed) == len(BLOCKS)
    assert list(done.account["functions"]) == ["import-key-pair"]
    assert done.account["domains"] == ["keys.example.com"]
    assert done.account["alarms"] == ["import-key-pair-misconfigured"]
    function = done.account["functions"]["import-key-pair"]
    assert {trigger["Type"]: trigger["Enable"] for trigger in function["Triggers"]} == {
        "http": "OPEN",
        "ckafka": "OPEN",
    }
    assert function["DeadLetterConfig"] == {"Type": "CMQ-QUEUE", "Name": "import-key-pair-dead"}
    assert function["Versions"] == 1


def test_the_url_is_where_the_page_says(done: Done | None) -> None:
    """`ListTriggers` shows both addresses; the one to use is the one of the first request."""
    if done is None:
        return
    (url,) = re.findall(r"^URL=(.*)$", PAGE, re.MULTILINE)
    triggers = json.loads(_printed_after(done, "ListTriggers"))["Triggers"]

    (description,) = [json.loads(trigger["TriggerDesc"]) for trigger in triggers if trigger["Type"] == "http"]
    assert description["NetConfig"]["ExtranetUrl"] == url
    assert description["NetConfig"]["IntranetUrl"] == ""


def test_the_first_request_is_answered(done: Done | None) -> None:
    """Health is `pass`, and the dry run says what the import would do."""
    if done is None:
        return
    decoder = json.JSONDecoder()
    printed = _printed_after(done, "/health")
    health, end = decoder.raw_decode(printed)
    result, _ = decoder.raw_decode(printed[end:].lstrip())

    assert health["status"] == "pass"
    assert (result["result"], result["dryRun"], result["keyName"]) == ("created", True, "first_key")


def test_an_invocation_and_a_dead_letter_reach_the_function(done: Done | None) -> None:
    """Both answer with a result: a dry run, and the key that was late."""
    if done is None:
        return
    results = []
    for command in ("UpdateTriggerStatus", "dead-letter.json"):
        printed = _printed_after(done, command)
        results.append(
            json.loads(json.loads(printed[printed.rindex('{\n    "Result"') :])["Result"]["RetMsg"])
        )

    assert [(result["result"], result["dryRun"], result["keyName"]) for result in results] == [
        ("created", True, "first_key"),
        ("created", False, "late"),
    ]
