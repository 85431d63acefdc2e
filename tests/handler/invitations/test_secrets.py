"""The secrets of invitations, out of the environment."""

from __future__ import annotations

import base64

import pytest

from handler.invitations import secrets
from handler.problems import Misconfigured
from handler.settings import Settings

FIRST, SECOND = (b"first" * 5, b"second" * 5)


def written(secret: bytes) -> str:
    """Return a secret as people set it."""
    return f"whsec_{base64.b64encode(secret).decode()}"


def test_first_that_is_set_signs() -> None:
    """Secrets come in the order of the setting, without those that are unset or empty."""
    settings = Settings(invitation_secrets=("A", "B", "C", "D"))
    assert secrets.from_environment(settings, {"B": "", "C": written(FIRST), "D": written(SECOND)}) == (
        FIRST,
        SECOND,
    )


def test_switched_off_there_are_none() -> None:
    """Without the setting there is no secret, and nothing is wrong."""
    assert secrets.from_environment(Settings(), {}) == ()


@pytest.mark.parametrize(
    ("names", "environ", "says"),
    [
        (("A",), {}, "INVITATION_SECRETS: the environment variable A is not set"),
        (("A", "B"), {"B": ""}, "INVITATION_SECRETS: none of the environment variables A, B is set"),
        (("A", "B"), {"A": written(FIRST), "B": "hunter2"}, "the environment variable B must hold"),
        (("A",), {"A": "whsec_c2hvcnQ="}, "the environment variable A must hold"),
        (
            ("TENCENTCLOUD_SECRETKEY",),
            {"TENCENTCLOUD_SECRETKEY": written(FIRST)},
            "INVITATION_SECRETS is wrong",
        ),
        (
            ("A", "TENCENTCLOUD_SECRETKEY"),
            {"A": written(FIRST), "TENCENTCLOUD_SECRETKEY": written(SECOND)},
            "INVITATION_SECRETS is wrong",
        ),
    ],
)
def test_what_is_wrong_is_said_without_any_value(
    names: tuple[str, ...], environ: dict[str, str], says: str
) -> None:
    """At least one must be set, and each that is set must be a secret; no value is repeated."""
    with pytest.raises(Misconfigured) as problem:
        secrets.from_environment(Settings(invitation_secrets=names), environ)
    assert says in problem.value.cause
    assert not any(value and value in problem.value.cause for value in environ.values())
