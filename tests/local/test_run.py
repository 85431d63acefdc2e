"""`make run` tells a true story, and its exit code says whether all was as expected."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local import events, run
from local.in_process import public_keys
from local.run import Step

ROOT = events.EVENTS.parent


def command(tmp_path: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command as `make run` does, with a temporary directory of its own.

    It finds no `ssh-keygen`, which takes its time to make a key, unless PATH is given.
    """
    (tmp_path / "tmp").mkdir(exist_ok=True)
    environ = {"PATH": "", "HOME": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    return subprocess.run(
        [sys.executable, "-m", "local.run"],
        env={**environ, **variables},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_story(tmp_path: Path) -> None:
    """A key is created, is there the second time, a bad one is refused; nothing is left behind."""
    done = command(tmp_path, PATH=os.environ["PATH"])
    assert (done.returncode, done.stderr) == (0, "")
    story = done.stdout
    created, unchanged, refused, invited, redeemed = story.split("\n\n")[1:6]
    assert "status       201" in created
    assert "result       created" in created
    assert "cold start" in created
    assert "status       200" in unchanged
    assert "result       unchanged" in unchanged
    assert "warm" in unchanged
    assert "status       422" in refused
    assert "problem      invalid-public-key wrong-algorithm" in refused
    key_ids = re.findall(r"skey-\w{8}", story)
    assert "invited      bob_laptop, until 20" in invited
    assert "the invitation, a key from events/keys.pub" in redeemed
    assert "result       created" in redeemed
    # Twice in the first steps, once in the last, and both in the account.
    assert [key_ids.count(key_id) for key_id in dict.fromkeys(key_ids)] == [3, 2]
    assert story.endswith("All as expected.\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_the_real_way(tmp_path: Path) -> None:
    """With TLS set the function goes over HTTPS, and the authority made for that is gone afterwards."""
    done = command(tmp_path, TLS="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("All as expected.\n")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_ones_own_key(tmp_path: Path, missing: Callable[[str, str], None]) -> None:
    """PUBLIC_KEY takes one's own, `~` included, and shows the fingerprint that ssh-keygen shows."""
    line = public_keys()[2]
    (tmp_path / "mine.pub").write_text(line + "\n")
    done = command(tmp_path, PUBLIC_KEY="~/mine.pub")
    assert done.returncode == 0, done.stdout
    assert "the key from ~/mine.pub" in done.stdout
    assert line.split()[1] not in done.stdout
    if shutil.which("ssh-keygen") is None:
        missing("ssh-keygen", "comparing the fingerprint of make run with its own")
        return
    shown = subprocess.run(
        ["ssh-keygen", "-l", "-f", str(tmp_path / "mine.pub")], capture_output=True, text=True, check=True
    )
    bits, fingerprint = shown.stdout.split()[:2]
    assert f"{fingerprint} ({bits} bits)" in done.stdout


def test_a_key_that_is_refused_is_not_as_expected(tmp_path: Path) -> None:
    """The story ends with the reason and the function's log, and exit code 1."""
    (tmp_path / "mine.pub").write_text("ssh-rsa AAAA me\n")
    done = command(tmp_path, PUBLIC_KEY=str(tmp_path / "mine.pub"))
    assert done.returncode == 1
    assert "problem      invalid-public-key" in done.stdout
    assert "Not as expected: it should have been 201 created" in done.stdout
    assert '"log":"audit"' in done.stdout


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"PUBLIC_KEY": "~/none.pub"}, "There is no file"),
        ({"PUBLIC_KEY": "~/private"}, "is a private key"),
        ({"EVENT": "events/none.json"}, "There is no event events/none.json"),
        ({"EVENT": "LICENSE"}, "LICENSE is not JSON"),
    ],
)
def test_a_wrong_file_is_told(tmp_path: Path, variables: dict[str, str], message: str) -> None:
    """The message is on standard error with exit code 2, and nothing is started."""
    (tmp_path / "private").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n")
    done = command(tmp_path, **variables)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stdout == ""
    assert "c2VjcmV0" not in done.stderr
    assert "Traceback" not in done.stderr


# What each recorded HTTP request comes to on an empty account.
STATUSES = {
    "api-gateway-bad-json": (400, "malformed-json"),
    "api-gateway-import": (201, "created"),
    "api-gateway-import-base64": (201, "created"),
    "cloudbase-import": (201, "created"),
    "cloudbase-import-base64": (201, "created"),
    "function-url-bad-caller": (401, "unauthenticated"),
    "function-url-bad-json": (400, "malformed-json"),
    "function-url-bad-key": (422, "invalid-public-key wrong-algorithm"),
    "function-url-bad-media-type": (415, "unsupported-media-type"),
    "function-url-bad-request": (422, "invalid-request"),
    "function-url-dry-run": (200, "created (dry run)"),
    "function-url-hand-in": (200, "characters"),
    "function-url-invite": (201, "invited      bob_laptop, until 20"),
    "function-url-redeem": (201, "created"),
    "function-url-health": (200, '"status": "pass"'),
    "function-url-import": (201, "created"),
    "function-url-import-many": (207, "2: 409"),
}


@pytest.fixture
def key_file(tmp_path: Path) -> str:
    """Return a public key that need not be made first."""
    (tmp_path / "key.pub").write_text((events.EVENTS / "keys.pub").read_text().splitlines()[0])
    return str(tmp_path / "key.pub")


@pytest.mark.parametrize("name", STATUSES)
def test_recorded_requests(name: str, key_file: str, capsys: pytest.CaptureFixture[str]) -> None:
    """EVENT runs any recorded event and prints the answer and the decisions."""
    assert run.main({"EVENT": str(events.EVENTS / f"{name}.json"), "PUBLIC_KEY": key_file}) == 0
    shown = capsys.readouterr().out
    status, outcome = STATUSES[name]
    assert f"status       {status}" in shown
    assert outcome in shown
    assert ("   decision     " in shown) == (name not in ("function-url-health", "function-url-hand-in"))


@pytest.mark.parametrize(
    ("event", "outcome"),
    [
        ({"keyName": "k", "publicKey": "${PUBLIC_KEY}"}, "created source=invoke caller=trigger-1 keyName=k"),
        (
            {
                "Records": [
                    {
                        "Ckafka": {
                            "topic": "new-hires",
                            "partition": 1,
                            "offset": 36,
                            "msgKey": "None",
                            "msgBody": '{"keyName": "k", "publicKey": "${PUBLIC_KEY}"}',
                        }
                    }
                ]
            },
            "topic=new-hires partition=1 offset=36",
        ),
        ([], "malformed-request"),
    ],
)
def test_events_of_triggers_are_let_in(
    tmp_path: Path, key_file: str, capsys: pytest.CaptureFixture[str], event: object, outcome: str
) -> None:
    """Whatever source an event comes from, the run's callers know it, and the decision is printed."""
    (tmp_path / "event.json").write_text(json.dumps(event))
    assert run.main({"EVENT": str(tmp_path / "event.json"), "PUBLIC_KEY": key_file}) == 0
    assert outcome in capsys.readouterr().out.partition("   decision ")[2]


def test_a_wrong_answer_is_not_as_expected(
    key_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A story that goes another way than it should is exit code 1."""
    monkeypatch.setattr(run, "_STORY", (Step("Well?", "function-url-bad-json.json", 201, "created"),))
    assert run.main({"PUBLIC_KEY": key_file}) == 1
    assert "Not as expected: it should have been 201 created" in capsys.readouterr().out


def test_an_account_without_the_key_is_not_as_expected(
    key_file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer alone proves nothing: the key pair has to be there."""
    monkeypatch.setattr(run, "_STORY", (Step("Try", "function-url-dry-run.json", 200, "created"),))
    assert run.main({"PUBLIC_KEY": key_file}) == 1
    assert "Not as expected: it should hold 1 of them." in capsys.readouterr().out
