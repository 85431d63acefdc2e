"""The page's own checks, run by Node, beside the verdicts of the key gate on the same texts."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from page.build import SOURCE
from tests.handler.key_gate.test_private_keys import DISGUISES, TEXTS
from tests.keys import cases, forms, refusal

_RUNNER = Path(__file__).with_name("checks.mjs")

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def node(missing: Callable[[str, str], None]) -> bool:
    """Whether there is a Node to run the page's checks with."""
    there = shutil.which("node") is not None
    if not there:
        missing("node", "the comparison of the page's own checks with the key gate")
    return there


def judged(texts: list[str]) -> list[dict[str, Any]]:
    """Return what the page says to each text."""
    done = subprocess.run(
        ["node", str(_RUNNER), str(SOURCE / "check.js")],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    verdicts: list[dict[str, Any]] = json.loads(done.stdout)
    return verdicts


def test_page_never_blocks_what_the_gate_takes(node: bool) -> None:
    """Every recorded text that the gate takes passes the page, with the same key, data and size."""
    if not node:
        return
    taken = [case.text for case in cases.cases() if refusal.reason_of(case.text) == "ok"]
    taken += [forms.line(*key) for key in forms.SOUND.values()]
    assert len(taken) > 100
    for text, verdict in zip(taken, judged(taken), strict=True):
        key = refusal.read(text)
        assert not isinstance(key, Exception)
        assert (verdict["kind"], "ssh-rsa " + verdict["field"], verdict["bits"]) == (
            "key",
            key.line,
            key.bits,
        )


def test_page_refuses_every_private_key(node: bool) -> None:
    """What the gate calls a private key, in any form and disguise, the page calls the same."""
    if not node:
        return
    texts = [case.text for case in cases.cases() if refusal.reason_of(case.text) == "private-key"]
    texts += [disguise(text) for text in TEXTS.values() for disguise in DISGUISES.values()]
    # What a browser's field makes of half a surrogate pair is not what JSON can bring to this test.
    texts = [text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") for text in texts]
    wrong = [text for text, verdict in zip(texts, judged(texts), strict=True) if verdict["why"] != "private"]
    assert wrong == []


def test_page_calls_nothing_else_private(node: bool) -> None:
    """No recorded text that the gate does not call a private key is called one."""
    if not node:
        return
    others = [case for case in cases.cases() if refusal.reason_of(case.text) != "private-key"]
    verdicts = judged([case.text for case in others])
    assert [c.template for c, v in zip(others, verdicts, strict=True) if v["why"] == "private"] == []


def test_only_the_data_of_a_public_key_is_ever_sent(node: bool) -> None:
    """What the page would send is base64 of exactly an RSA key's three strings, whatever the text is."""
    if not node:
        return
    texts = [case.text for case in cases.cases()]
    for verdict in judged(texts):
        if verdict["field"]:
            assert refusal.reason_of("ssh-rsa " + verdict["field"]) in {
                "ok", "bad-integer", "bad-exponent", "even-modulus", "too-small", "too-large",
            }  # fmt: skip


def test_joined_pieces_are_the_key(node: bool) -> None:
    """Where the page offers to join broken pieces, the gate takes the result as the same key."""
    if not node:
        return
    line = forms.line()
    broken = [forms.wrap(line, width) for width in (20, 64, 76)]
    broken += [
        f"{forms.wrap(line)} alice",
        forms.wrap(line).replace("\n", "\r\n   "),
        f"{line[:300]} {line[300:]}",
    ]
    for verdict in judged(broken):
        assert (verdict["why"], verdict["joined"]) == ("wrapped", line)


@pytest.mark.parametrize(
    ("template", "why"),
    [("{{ed25519}} alice", "other-type"), ("{{ecdsa}}", "other-type"), ("{{sk-ed25519}}", "other-type"),
     ("{{dss}}", "other-type"), ("{{rsa-cert}}", "certificate"), ("{{line}}\n{{line}}", "several"),
     ("{{line}} {{ed25519}}", "several"), ("{{ssh2}}", "ssh2"), ("{{spki-pem}}", "pem"),
     ("{{fingerprint}}", "fingerprint"), ("~/.ssh/id_rsa.pub", "path"), ("{{line[0:200]}}", "damaged"),
     ("hello", "not-a-key"), ("'{{line}}'", "not-a-key")],
)  # fmt: skip
def test_reasons(node: bool, template: str, why: str) -> None:
    """Each kind of wrong text is named, so that the page can say what to do."""
    if node:
        assert judged([cases.expand(template)])[0]["why"] == why
