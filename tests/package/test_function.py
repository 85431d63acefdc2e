"""The package, unpacked where nothing else is, imports a key."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import ZipFile

import pytest

from bench import chat, events, subjects, upstream
from bench.instance import API_KEY, cost, instances, task
from bench.subjects import Subject
from local import cvm
from local.cvm import Options

pytestmark = pytest.mark.slow


class Deployed(NamedTuple):
    """The unpacked function, a bare Python, and the CVM that it talks to."""

    folder: Path
    python: Path
    cvm: cvm.StandIn

    def invoke(self, event: object) -> tuple[Any, str, str]:
        """Hand one event to a fresh instance; return the reply, its log and its complaints."""
        with instances(self.python, self.cvm.url) as running:
            environ = running.environ(Subject("deployed", (self.folder,)))
            environ["TENCENTCLOUD_SECRETID"] = self.cvm.credentials.secret_id
            environ["TENCENTCLOUD_SECRETKEY"] = self.cvm.credentials.secret_key
            environ["TENCENTCLOUD_SESSIONTOKEN"] = self.cvm.credentials.token
            done = subprocess.run(
                running.command, env=environ, cwd="/", input=task([event]), capture_output=True, text=True
            )
        return cost(done.stdout).reply, done.stdout, done.stderr


@pytest.fixture
def deployed(dist: Path | None, tmp_path: Path) -> Iterator[Deployed | None]:
    """Yield the zip in a folder that nobody may write to."""
    if dist is None:
        yield None
        return
    folder = tmp_path / "var/user"
    with ZipFile(dist / "function.zip") as archive:
        archive.extractall(folder)
    everything = [folder, *folder.rglob("*")]
    for path in everything:
        path.chmod(0o555 if path.is_dir() else 0o444)
    with cvm.serve(Options()) as stand_in:
        yield Deployed(folder, subjects.bare_python(tmp_path / "bare"), stand_in)
    # The superuser can write all the same, so look.
    assert [folder, *folder.rglob("*")] == everything
    for path in everything:
        if path.is_dir():
            path.chmod(0o755)


def test_unpacked_zip_imports_a_key(deployed: Deployed | None) -> None:
    """On a Python without packages, under SCF's environment, from a read-only folder."""
    if deployed is None:
        return

    reply, log, complaints = deployed.invoke(events.imports("from_the_zip"))

    assert reply["statusCode"] == 201
    assert json.loads(reply["body"])["result"] == "created"
    assert [pair.key_name for pair in deployed.cvm.account.key_pairs.values()] == ["from_the_zip"]
    assert complaints == ""
    assert API_KEY not in log


def test_unpacked_zip_answers_every_chat(deployed: Deployed | None) -> None:
    """No cipher and no curve that a platform needs is left out of the package."""
    if deployed is None:
        return
    with upstream.running() as endpoint, chat.instances(deployed.python, endpoint) as running:
        answered = chat.clock(running, Subject("deployed", (deployed.folder,)), 1)

    assert set(answered) >= set(chat.PLATFORMS)


def test_unpacked_zip_describes_itself(deployed: Deployed | None) -> None:
    """Schemas and data are in the package, not only in the source tree."""
    if deployed is None:
        return

    reply, _, complaints = deployed.invoke({"httpMethod": "GET", "path": "/openapi.json", "headers": {}})

    assert reply["statusCode"] == 200
    assert json.loads(reply["body"])["openapi"].startswith("3.1")
    assert complaints == ""


def test_package_without_callers_refuses_everybody(deployed: Deployed | None) -> None:
    """A clean clone packs no callers.json, and no default lets anybody in."""
    if deployed is None:
        return
    with instances(deployed.python, deployed.cvm.url) as running:
        environ = running.environ(Subject("deployed", (deployed.folder,)))
        del environ["CALLERS_FILE"]
        done = subprocess.run(
            running.command,
            env=environ,
            cwd="/",
            input=task([events.imports("nobody")]),
            capture_output=True,
            text=True,
        )

    reply = cost(done.stdout).reply
    assert reply["statusCode"] == 500
    assert json.loads(reply["body"])["code"] == "misconfigured"
    assert not deployed.cvm.calls


def test_health_names_the_release(deployed: Deployed | None) -> None:
    """The version, and the package's own short hash, so that two builds can be told apart."""
    if deployed is None:
        return
    reply, _, _ = deployed.invoke({"httpMethod": "GET", "path": "/health", "headers": {}})
    assert re.fullmatch(r"1\.0\.0\+[0-9a-f]{12}", json.loads(reply["body"])["releaseId"])
