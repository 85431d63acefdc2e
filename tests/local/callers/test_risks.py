"""What `python -m local.callers check` warns of although the file is right."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from local.callers import check, risks
from tests.local.callers.command import ROLE, ROOT, WEBHOOKS, callers, run


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
        'Warning: callers[1] "platform-team": a hash of one repeated digit is the placeholder of an example'
        in out
    )


SLACK = {"scheme": "slack", "secretEnv": ["S"], "team": "T1"}
MATTERMOST = {"scheme": "mattermost", "tokenEnv": ["M"]}
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
    assert "Warning: accounts.test: no external id, so everybody" in output
    assert "accounts.prod" not in output
