"""POST /invitations: who may invite whom, in which order it is judged, and what comes back."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest

from handler.callers import file
from handler.chat import schemes
from handler.invitations import mint, token
from handler.problems import InvalidRequest, Misconfigured
from handler.settings import Settings
from local.in_process import API_KEY, caller
from tests.handler.invitations.scene import (
    ENVIRON,
    INVITER,
    NOW,
    OLD_SECRET,
    PAGE,
    SECRET,
    function,
)


def read(sent: str, *secrets: bytes) -> token.Invitation:
    """Return what a token holds."""
    found, cause = token.verify(sent.encode(), secrets or (SECRET,), NOW)
    assert found is not None
    assert cause == ""
    return found


def test_invitation_is_made_for_one_name() -> None:
    """Whoever may invite gets id, token, link and end; the audit line holds the id and never the token."""
    wanted = {"keyName": "onb_a", "projectId": "7", "region": "ap-shanghai", "tags": {"owner": "爱"}}
    with function() as made:
        answer = made.ask("POST", "/invitations", {**wanted, "expiresIn": 300})
    made_for = read(answer.json["token"])
    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json == {
        "invitationId": made_for.id,
        "token": answer.json["token"],
        "url": f"{PAGE}#{answer.json['token']}",
        "keyName": "onb_a",
        "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(NOW) + 300)),
        "requestId": answer.headers["X-Request-Id"],
    }
    assert re.fullmatch(token.ID, made_for.id)
    assert made_for == token.Invitation(
        made_for.id, "onboarding", "onb_a", int(NOW) + 300, "", 7, "ap-shanghai", None, {"owner": "爱"}
    )
    (line,) = made.audit
    assert (line["result"], line["invitation"], line["caller"], line["keyName"]) == (
        "invited", made_for.id, "onboarding", "onb_a",
    )  # fmt: skip
    assert answer.json["token"] not in str(made.log)


def test_defaults_are_left_to_the_redemption() -> None:
    """What was not asked for is not in the token, two days are the usual life, and ids differ."""
    with function(PAGE_URL="") as made:
        first, second = (made.ask("POST", "/invitations", {"keyName": "onb_a"}).json for _ in range(2))
    found = read(first["token"])
    assert (found.project_id, found.region, found.account, found.tags) == (None, None, None, None)
    assert found.expires == int(NOW) + 172_800
    assert found.id != read(second["token"]).id
    assert "url" not in first


def test_first_secret_that_is_set_signs() -> None:
    """While secrets are changed, an unset one is skipped."""
    with function(INVITATION_SECRET="") as made:
        assert read(made.ask("POST", "/invitations", {"keyName": "onb_a"}).json["token"], OLD_SECRET)


@pytest.mark.parametrize(
    ("value", "pointers"),
    [
        ({}, ["/keyName"]),
        ([{"keyName": "onb_a"}], [""]),
        ({"keyName": "a b", "expiresIn": 299}, ["/keyName", "/expiresIn"]),
        ({"keyName": "onb_a", "expiresIn": 604_801}, ["/expiresIn"]),
        ({"keyName": "onb_a", "expiresIn": 300.5}, ["/expiresIn"]),
        ({"keyName": "onb_a", "expiresIn": True}, ["/expiresIn"]),
        ({"keyName": "onb_a", "expiresIn": "300"}, ["/expiresIn"]),
        ({"keyName": "onb_a", "publicKey": "ssh-rsa AAAA"}, [""]),
        ({"keyName": "onb_a", "dryRun": True}, [""]),
        ({"keyName": "onb_a", "tags": {"qcs:a": "b"}}, ["/tags"]),
        ({"keyName": "onb_a", "tags": {f"t{n}": "v" for n in range(50)}}, ["/tags"]),
        ({"keyName": "onb_a", "tags": {f"t{n}": "x" * 255 for n in range(12)}}, ["/tags"]),
    ],
)
def test_wrong_requests(value: object, pointers: list[str]) -> None:
    """Members keep the rules of an import; tags that make the token too long are an error at /tags."""
    with function() as made:
        answer = made.ask("POST", "/invitations", value)
    assert (answer.status, answer.json["code"]) == (422, "invalid-request")
    assert [error["pointer"] for error in answer.json["errors"]] == pointers


@pytest.mark.parametrize(
    ("allow", "value", "reason"),
    [
        ({}, {"keyName": "onb_a"}, "invite"),
        ({"invite": False, "keyNames": ["x"]}, {"keyName": "onb_a"}, "invite"),
        ({"keyNames": ["onb_*"]}, {"keyName": "root"}, "key-names"),
        ({"projectIds": [1, 2]}, {"keyName": "onb_a", "projectId": 3}, "project-ids"),
        ({"regions": ["ap-beijing", "ap-chengdu"]}, {"keyName": "onb_a", "region": "ap-shanghai"}, "regions"),
        ({"requiredTags": ["owner"]}, {"keyName": "onb_a"}, "required-tags"),
        ({"dryRunOnly": True}, {"keyName": "onb_a"}, "dry-run-only"),
    ],
)
def test_nobody_invites_to_what_they_may_not_do(allow: dict[str, Any], value: object, reason: str) -> None:
    """Without `invite`, or beyond the caller's own rules, it is 403 with the rule's name."""
    rules = allow if reason == "invite" else {"invite": True, **allow}
    with function(callers=[caller(allow=rules)]) as made:
        answer = made.ask("POST", "/invitations", value)
    assert (answer.status, answer.json["code"], answer.json["reason"]) == (403, "forbidden", reason)
    assert made.audit[-1]["caller"] == "onboarding"


@pytest.mark.parametrize(
    ("fields", "environ", "status"),
    [
        ({"httpMethod": "GET"}, {}, 405),
        ({"body": "x" * 65_537}, {}, 413),
        ({"body": "?", "isBase64Encoded": True}, {"INVITATION_SECRET": "no"}, 400),
        ({"headers": {}}, {"INVITATION_SECRET": "", "INVITATION_SECRET_OLD": ""}, 500),
        ({"headers": {"content-type": "text/plain"}}, {}, 401),
        ({"headers": {"authorization": "Invitation x.y"}}, {}, 401),
        ({"headers": {"authorization": f"Bearer {API_KEY}", "content-type": "text/plain"}}, {}, 415),
        ({"body": "{"}, {}, 400),
        ({"body": "{}"}, {}, 422),
    ],
)
def test_order_of_checks(fields: dict[str, Any], environ: dict[str, str], status: int) -> None:
    """The first check that applies answers."""
    with function(None, callers=[caller()], **environ) as made:
        method = fields.pop("httpMethod", "POST")
        assert made.ask(method, "/invitations", **{"body": "{", **fields}).status == status


@pytest.mark.parametrize("path", ["/invitations", "/hand-in"])
def test_switched_off_there_is_nothing(path: str) -> None:
    """Without INVITATION_SECRETS both routes are 404, and a token proves nobody."""
    with function(INVITATION_SECRETS="") as made:
        for method in ("GET", "POST", "OPTIONS", "HEAD"):
            assert made.ask(method, path, {}).status == 404
        refused = made.post({}, headers={"authorization": "Invitation a.b"})
    assert (refused.status, made.audit[-1]["cause"]) == (401, "bad-invitation")


def test_without_secrets_nothing_is_made() -> None:
    """A chat's invitation is misconfigured where invitations are switched off."""
    (inviter,) = file.parse(json.dumps({"callers": [INVITER]}).encode(), schemes).callers
    with pytest.raises(Misconfigured):
        mint.mint({"keyName": "onb_a"}, inviter, "", Settings(), (), "ap-guangzhou", NOW)


def test_token_may_fill_its_room() -> None:
    """To the last byte that the chat or the header has; one byte less is too little."""
    (inviter,) = file.parse(json.dumps({"callers": [INVITER]}).encode(), schemes).callers

    def minted(*longest: int) -> int:
        value = {"keyName": "onb_a"}
        made = mint.mint(value, inviter, "", Settings(), (SECRET,), "ap-guangzhou", NOW, *longest)
        return len(made.token)

    length = minted()
    assert minted(length) == length
    with pytest.raises(InvalidRequest):
        minted(length - 1)


@pytest.mark.parametrize("secret", ["", "hunter2"])
def test_health_knows_of_wrong_secrets(secret: str) -> None:
    """A health check fails where the secrets of invitations cannot be had."""
    role: dict[str, Any] = {
        "TENCENTCLOUD_SECRETID": "a",
        "TENCENTCLOUD_SECRETKEY": "b",
        "TENCENTCLOUD_SESSIONTOKEN": "c",
    }
    with function(None, **role) as made:
        assert made.ask("GET", "/health").status == 200
        made.environ |= {"INVITATION_SECRET": secret, "INVITATION_SECRET_OLD": ""}
        assert made.ask("GET", "/health").status == 503
    assert ENVIRON["INVITATION_SECRET"] not in str(made.log)
