"""README shows what works: each call in it is run as it stands there."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from handler.settings import Settings
from local import cvm, gateway
from local.in_process import API_KEY, ROOT, caller, public_keys

README = (ROOT / "README.md").read_text(encoding="utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def block(kind: str, holding: str) -> str:
    """Return the one code block of a kind that holds a text."""
    (found,) = [text for text in re.findall(rf"```{kind}\n(.*?)```", README, re.DOTALL) if holding in text]
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a public key in it, as a reader has one."""
    (tmp_path / "alice.pub").write_text(public_keys()[0] + "\n", encoding="ascii")
    return tmp_path


@pytest.fixture
def environ(folder: Path) -> Iterator[dict[str, str]]:
    """The variables that a reader sets, for a function that runs."""
    signed = {"scheme": "standard-webhooks", "secretEnv": ["ONBOARDING_SECRET"]}
    callers = folder / "callers.json"
    callers.write_text(
        json.dumps({"callers": [caller("team"), {"id": "onboarding", "auth": signed}]}), "utf-8"
    )
    with cvm.serve(cvm.Options(rate=0)) as upstream:
        environment = {
            "CVM_ENDPOINT": upstream.url,
            "CALLERS_FILE": str(callers),
            "ONBOARDING_SECRET": SECRET,
        }
        with gateway.serve(gateway.Options(environment=environment)) as front:
            yield {**os.environ, "FUNCTION_URL": front.url, "API_KEY": API_KEY, "ONBOARDING_SECRET": SECRET}


@pytest.mark.parametrize("holding", ["hmac.new", "standardwebhooks"])
def test_a_signed_call_from_python_works(holding: str, folder: Path, environ: dict[str, str]) -> None:
    """Each Python block imports a key."""
    ran = subprocess.run(
        [sys.executable, "-c", block("python", holding)],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
    )

    assert ran.stdout == "created\n", ran.stderr


def test_the_call_with_curl_works(
    folder: Path, environ: dict[str, str], missing: Callable[[str, str], None]
) -> None:
    """The first call of README imports a key."""
    if not shutil.which("curl"):
        missing("curl", "the curl call of README")
        return
    ran = subprocess.run(
        ["bash", "-c", block("sh", "FUNCTION_URL")], cwd=folder, env=environ, capture_output=True, text=True
    )

    assert '"result": "created"' in ran.stdout, ran.stderr


def test_the_step_of_github_actions_works(
    folder: Path, environ: dict[str, str], missing: Callable[[str, str], None]
) -> None:
    """What the step runs imports a key."""
    (step,) = yaml.safe_load(block("yaml", "FUNCTION_URL"))
    if not (shutil.which("curl") and shutil.which("jq")):
        missing("curl or jq", "the GitHub Actions step of README")
        return
    assert set(step["env"]) == {"FUNCTION_URL", "API_KEY"}
    ran = subprocess.run(
        ["bash", "-ec", step["run"]], cwd=folder, env=environ, capture_output=True, text=True
    )

    assert '"result": "created"' in ran.stdout, ran.stderr


def test_every_setting_is_in_the_table() -> None:
    """The table of settings is complete, and its defaults are the function's."""
    rows = dict(re.findall(r"\| `([A-Z_]+)` \| ([^|]+) \|", README))

    assert len(rows) == 8
    assert rows["TIME_BUDGET_MS"] == str(round(Settings().time_budget * 1000))
    assert rows["MIN_RSA_BITS"] == str(Settings().min_rsa_bits)
    assert rows["PROBLEM_BASE_URL"] == f"`{Settings().problem_base_url}`"
    assert rows["CVM_ENDPOINT"] == f"`{Settings().cvm_scheme}://{Settings().cvm_host}`"


def test_every_link_leads_somewhere() -> None:
    """What README points to in this tree is there."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_quoted_figures_are_what_the_bench_printed() -> None:
    """The ratios in README are those of bench/RESULTS.md."""
    results = (ROOT / "bench" / "RESULTS.md").read_text(encoding="utf-8")
    cold = re.search(r"cold import, instructions: baseline / ours \| [^|]+ \| ([0-9.]+)", results)
    warm = re.search(r"warm import, processor: baseline / ours \| [^|]+ \| ([0-9.]+)", results)

    assert cold is not None
    assert warm is not None
    assert f"\n{cold[1]} times as many instructions" in README
    assert f"and {warm[1]} times the processor time" in README
