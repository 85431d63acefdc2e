"""How `python -m local.callers check` shows each caller in a line."""

from __future__ import annotations

from local.callers import check, explain
from tests.local.callers.command import CASES, callers, text_of


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
