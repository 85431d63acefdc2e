"""Redeeming an invitation: one key under one name, as the inviting caller stands today, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from handler.invitations import token
from local.cvm import StandIn
from local.in_process import caller
from tests.handler.invitations.scene import (
    ALICE,
    BOB,
    ID,
    INVITER,
    NOW,
    OLD_SECRET,
    function,
    invitation,
    redeem,
    signed,
)

REVOKED = "revokedrevokedrevoked1"


def slack(**auth: Any) -> dict[str, Any]:
    """Return a chat caller who may invite."""
    scheme = {"scheme": "slack", "secretEnv": ["SLACK_SECRET"], "team": "T1DC2JH3J", **auth}
    return {"id": "ops", "auth": scheme, "allow": {"invite": True, "keyNames": ["{user}_*"]}}


def test_first_key_wins(cvm: StandIn) -> None:
    """The first key is created, the same again is unchanged, another one a conflict."""
    with function(cvm) as made:
        answers = [redeem(made, signed(), {"publicKey": key}) for key in (ALICE, ALICE, BOB)]
    assert [answer.status for answer in answers] == [201, 200, 409]
    assert answers[0].json["keyName"] == "onb_a"
    assert answers[2].json["code"] == "key-name-conflict"
    assert answers[2].json["keyId"] == answers[0].json["keyId"]
    (pair,) = cvm.account
    assert ALICE.split()[1] in pair.public_key
    assert dict(pair.tags) == {"imported-by": "onboarding"}
    assert {line["invitation"] for line in made.audit} == {ID}
    assert [line["caller"] for line in made.audit] == ["onboarding"] * 3


def test_deleted_key_pair_reopens_the_invitation(cvm: StandIn) -> None:
    """There is no store: once the key pair is deleted, the invitation holds again until it ends."""
    with function(cvm) as made:
        assert redeem(made, signed()).status == 201
        cvm.clear()
        assert redeem(made, signed(), {"publicKey": BOB}).status == 201


def test_what_the_invitation_says_is_asked_for(cvm: StandIn) -> None:
    """Project, region and tags come out of the token; a dry run writes nothing."""
    sent = signed(project_id=0, region="ap-shanghai", tags={"owner": "alice"}, secret=OLD_SECRET)
    with function(cvm) as made:
        dry = redeem(made, sent, {"publicKey": ALICE, "dryRun": True, "keyName": "onb_a"}, path="/")
        assert (dry.status, dry.json["dryRun"], len(list(cvm.account))) == (200, True, 0)
        done = redeem(made, sent)
    assert (done.json["region"], done.json["tags"]["owner"]) == ("ap-shanghai", "alice")


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ([{"publicKey": ALICE}], [""]),
        ({}, ["/publicKey"]),
        ({"publicKey": ALICE, "keyName": "onb_b"}, ["/keyName"]),
        ({"publicKey": ALICE, "keyName": 1, "dryRun": "x"}, ["/keyName", "/dryRun"]),
        ({"publicKey": ALICE, "projectId": 0}, [""]),
        ({"publicKey": ALICE, "tags": {}, "region": "ap-beijing", "account": "own"}, ["", "", ""]),
    ],
)
def test_nothing_else_may_be_sent(body: object, pointers: list[str]) -> None:
    """Another member, another name or an array is 422, with all errors at once."""
    with function() as made:
        answer = redeem(made, signed(), body)
    assert (answer.status, answer.json["code"]) == (422, "invalid-request")
    assert [error["pointer"] for error in answer.json["errors"]] == pointers


@pytest.mark.parametrize(
    ("sent", "cause"),
    [
        ("", "bad-invitation"),
        ("a.b", "bad-invitation"),
        ({"secret": b"another" * 5}, "bad-invitation"),
        ({"expires": int(NOW) + 605_110}, "bad-invitation"),
        ({"tags": {"a": "x" * 2_900}}, "bad-invitation"),
        ("x" * 5000, "header-too-long"),
        ({"expires": int(NOW)}, "expired-invitation"),
        ({"id": REVOKED}, "revoked-invitation"),
        ({"caller": "somebody"}, "ended-invitation"),
        ({"caller": "quiet"}, "ended-invitation"),
        ({"user": "U1"}, "ended-invitation"),
        ({"caller": "ops", "key_name": "u1_a"}, "ended-invitation"),
        ({"caller": "ops", "key_name": "u3_a", "user": "U3"}, "ended-invitation"),
        ({"caller": "open", "key_name": "u3_a"}, "ended-invitation"),
    ],
)
def test_one_answer_to_everything_that_does_not_hold(sent: Any, cause: str) -> None:
    """Whatever is wrong with a token, the answer is the same 401; the log alone has the cause."""
    quiet = caller("quiet", "another-api-key-with-enough-characters")
    callers = [
        INVITER,
        quiet,
        slack(users=["U1", "U2"]),
        {**slack(users="everyone", team="T2"), "id": "open"},
    ]
    with function(callers=callers, revoked=[REVOKED]) as made:
        nobody = made.post({}, headers={})
        answer = redeem(made, sent if isinstance(sent, str) else signed(**sent))
    assert (answer.status, answer.json) == (401, nobody.json)
    assert "Invitation realm=" in answer.headers["WWW-Authenticate"]
    assert made.audit[-1]["cause"] == cause
    if cause.startswith(("revoked", "ended", "expired")):
        assert len(made.audit[-1]["invitation"]) == 22


@pytest.mark.parametrize("auth", [{"users": ["U1"]}, {"users": "everyone"}, {"channels": ["C1"]}])
def test_invitation_out_of_a_chat_keeps_its_user(cvm: StandIn, auth: dict[str, Any]) -> None:
    """`{user}` stands for the person who invited, as long as the caller admits them."""
    with function(cvm, callers=[slack(**auth)]) as made:
        mine = redeem(made, signed(caller="ops", user="U1", key_name="u1_a"))
        other = redeem(made, signed(caller="ops", user="U1", key_name="u2_a"))
    assert mine.status == 201
    assert (other.status, other.json["reason"]) == (403, "key-names")
    assert made.audit[0]["user"] == "U1"


@pytest.mark.parametrize(
    "headers",
    [{"webhook-id": "msg_1"}, {"webhook-signature": "v1,x"}],
)
def test_one_scheme_at_a_time(headers: dict[str, str]) -> None:
    """An invitation beside the headers of another scheme proves nobody."""
    with function() as made:
        assert redeem(made, signed(), **headers).status == 401
    assert made.audit[-1]["cause"] == "two-schemes"


@pytest.mark.parametrize("other", ["Bearer x", "Invitation x"])
def test_one_header_at_a_time(other: str) -> None:
    """Two values of Authorization prove nobody."""
    with function() as made:
        headers = {"authorization": [f"Invitation {signed()}", other]}
        assert made.post({"publicKey": ALICE}, headers=headers).status == 401
    assert made.audit[-1]["cause"] in {"two-schemes", "repeated-header"}


@pytest.mark.parametrize("spelling", ["Invitation", "invitation", "INVITATION"])
def test_scheme_is_read_in_any_case(cvm: StandIn, spelling: str) -> None:
    """Schemes of Authorization are read without regard to case (RFC 9110)."""
    with function(cvm) as made:
        answer = made.post({"publicKey": ALICE}, headers={"authorization": f"{spelling} {signed()}"})
    assert answer.status == 201


def test_rules_are_those_of_today() -> None:
    """Where the caller may less than when it invited, it is 403, and no pattern is named."""
    narrowed = caller(allow={"invite": True, "keyNames": ["secret_*"]})
    with function(callers=[narrowed]) as made:
        answer = redeem(made, signed())
    assert (answer.status, answer.json["reason"]) == (403, "key-names")
    assert "secret" not in answer.text
    assert made.audit[-1]["invitation"] == ID


def test_weak_key_is_judged_as_the_callers() -> None:
    """The caller's `minBits` holds for those whom it invites."""
    with function(callers=[caller(allow={"invite": True, "minBits": 16384})]) as made:
        answer = redeem(made, signed())
    assert (answer.status, answer.json["reason"]) == (422, "too-small")


def test_conflict_under_another_name_names_nothing(cvm: StandIn) -> None:
    """Whoever holds an invitation does not hear of other key pairs, though the inviting caller may."""
    with function(cvm) as made:
        assert made.post({"keyName": "onb_other", "publicKey": ALICE}).status == 201
        known = made.post({"keyName": "onb_a", "publicKey": ALICE})
        held = redeem(made, signed())
    assert known.json["keyName"] == "onb_other"
    assert (held.status, held.json["code"]) == (409, "public-key-conflict")
    assert "keyName" not in held.json
    assert "keyId" not in held.json
    assert held.json["cvmRequestId"] == cvm.calls[-1].request_id


def test_wrong_set_up_is_told_without_cause(cvm: StandIn) -> None:
    """The holder of an invitation does not learn what is wrong with the set-up; the log has it."""
    with function(cvm, TENCENTCLOUD_SECRETID="") as made:
        answer = redeem(made, signed())
        known = made.post({"keyName": "onb_b", "publicKey": ALICE})
    assert (answer.status, answer.json["code"]) == (500, "misconfigured")
    assert answer.json["detail"] != known.json["detail"] == made.audit[-1]["cause"]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"headers": {"content-type": "text/plain"}}, 415),
        ({"body": "{"}, 400),
        ({"body": '{"publicKey": 7}'}, 422),
    ],
)
def test_order_after_the_caller(fields: dict[str, Any], status: int) -> None:
    """Behind the token the order is that of every import: 415, 400, 422."""
    headers = {"authorization": f"Invitation {signed()}", **fields.pop("headers", {})}
    with function() as made:
        assert made.post(fields.get("body", "{"), headers=headers).status == status


def test_token_is_nowhere_but_in_the_request(cvm: StandIn) -> None:
    """No reply and no line of the log holds a token, a part of it or its signature."""
    sent = signed()
    payload, signature = sent.split(".")
    with function(cvm) as made:
        answers = [
            redeem(made, sent),
            redeem(made, sent, {}),
            redeem(made, sent[:-1]),
            redeem(made, sent, []),
        ]
    seen = str(made.log) + "".join(f"{answer.headers}{answer.text}" for answer in answers)
    assert payload not in seen
    assert signature not in seen


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/invitations"), ("POST", "/other"), ("GET", "/health")]
)
def test_scheme_counts_where_keys_are_taken_alone(method: str, path: str) -> None:
    """On every other route an invitation is no caller."""
    with function() as made:
        answer = made.ask(
            method, path, {"keyName": "onb_b"}, headers={"authorization": f"Invitation {signed()}"}
        )
    assert answer.status == {"/invitations": 401, "/other": 404, "/health": 503}[path]


def test_every_bit_of_a_token_counts_over_http() -> None:
    """One flipped bit anywhere is the 401."""
    good = token.signed_token(invitation(), b"signs" * 6)
    with function() as made:
        for place in range(0, len(good), 7):
            wrong = good[:place] + chr(ord(good[place]) ^ 1) + good[place + 1 :]
            assert redeem(made, wrong).status == 401
