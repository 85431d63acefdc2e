"""Results and problems to bodies and replies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from handler import decide, invocation, problems, reply
from handler.ambient import REAL
from handler.callers.allow import Allow
from handler.callers.caller import Caller
from handler.callers.trigger import Trigger
from handler.importing.decision import Difference, Imported
from handler.importing.order import Order, Region
from handler.key_gate.public_key import PublicKey
from handler.sentence import Sentence

KEY = PublicKey(
    e=65537,
    n=0,
    bits=3072,
    comment="alice@laptop",
    blob=b"",
    fingerprint="SHA256:" + "a" * 43,
    fingerprint_md5="MD5:" + ":".join(["0a"] * 16),
    line="ssh-rsa SECRETLINE",
)
TAGS = {"team": "infra"}
ORDER = Order("alice", KEY, 0, Region("ap-guangzhou", False), TAGS, TAGS, dry_run=False)
CALL = invocation.begin({"request_id": "r1"}, REAL)
CREATED = Imported("created", "skey-4e5ty7i8", 0, {"team": "infra"}, (), "c1")


def conforms(body: dict[str, Any], schema: str) -> bool:
    """Say whether a body is in the published form."""
    return Draft202012Validator(
        json.loads(Path(f"schemas/{schema}.json").read_text(encoding="utf-8"))
    ).is_valid(body)


def test_a_created_key_pair() -> None:
    """A new key pair is 201 with what `ssh-keygen -l` prints; the key itself is not repeated."""
    status, body = reply.result(ORDER, CREATED, "r1")

    assert status == 201
    assert body == {
        "result": "created",
        "dryRun": False,
        "keyId": "skey-4e5ty7i8",
        "keyName": "alice",
        "projectId": 0,
        "region": "ap-guangzhou",
        "tags": {"team": "infra"},
        "bits": 3072,
        "fingerprint": "SHA256:" + "a" * 43,
        "fingerprintMd5": "MD5:" + ":".join(["0a"] * 16),
        "differences": [],
        "requestId": "r1",
        "cvmRequestId": "c1",
    }
    assert conforms(body, "import-key-pair.result")
    assert "SECRETLINE" not in json.dumps(body)


def test_an_unchanged_key_pair_shows_its_differences() -> None:
    """What was there already is 200, with the stored project and each difference."""
    differences = (Difference("/projectId", 0, 1001), Difference("/tags/team", "infra", None))
    status, body = reply.result(ORDER, Imported("unchanged", "skey-1", 1001, {}, differences, ""), "r1")

    assert status == 200
    assert body["projectId"] == 1001
    assert body["differences"] == [
        {"pointer": "/projectId", "requested": 0, "stored": 1001},
        {"pointer": "/tags/team", "requested": "infra", "stored": None},
    ]
    assert "cvmRequestId" not in body
    assert conforms(body, "import-key-pair.result")


def test_a_dry_run_creates_nothing_and_has_no_key_id() -> None:
    """A dry run that would create is 200 and has no id to show."""
    status, body = reply.result(ORDER._replace(dry_run=True), CREATED._replace(key_id=""), "r1")

    assert (status, body["dryRun"], body["result"]) == (200, True, "created")
    assert "keyId" not in body
    assert conforms(body, "import-key-pair.result")


def every_problem() -> list[type[problems.Problem]]:
    """Return every class of the tree that is raised."""
    found = [problems.Problem]
    for each in found:
        found += each.__subclasses__()
    return [each for each in found if not each.__subclasses__()]


def example(kind: type[problems.Problem]) -> problems.Problem:
    """Return an instance of a class, whichever constructor it has."""
    if kind in (problems.Unauthenticated, problems.Misconfigured, problems.InternalError):
        return kind("a cause")
    return kind(Sentence("It happened."), Sentence("Do that."))


@pytest.mark.parametrize("kind", every_problem(), ids=lambda kind: kind.slug)
def test_every_problem_has_the_published_form(kind: type[problems.Problem]) -> None:
    """Each class of the tree gives a body that the published schema takes, without its cause."""
    status, body = reply.problem(example(kind), "r1", "urn:p:", known_caller=False)

    assert status == body["status"] == kind.status
    assert body["type"] == f"urn:p:{kind.slug}"
    assert body["retryable"] is kind.retryable
    assert conforms(body, "problem")
    assert "a cause" not in json.dumps(body)


def test_the_published_codes_are_the_tree() -> None:
    """The schema lists exactly the slugs of the tree, so that no program meets another one."""
    schema = json.loads(Path("schemas/problem.json").read_text(encoding="utf-8"))

    assert sorted(schema["properties"]["code"]["enum"]) == sorted(kind.slug for kind in every_problem())


def test_all_that_is_known_is_in_a_problem() -> None:
    """Every optional member of a problem arrives."""
    error = problems.KeyNameConflict(
        Sentence("D."),
        Sentence("R."),
        reason="x",
        errors=(problems.FieldError("/a", Sentence("b")),),
        retry_after=3,
        key_id="k",
        key_name="n",
        cvm_code="C",
        cvm_request_id="c1",
    )

    assert reply.problem(error, "r1", "urn:p:", known_caller=True)[1] == {
        "type": "urn:p:key-name-conflict",
        "title": "The key name holds another key",
        "status": 409,
        "detail": "D.",
        "remedy": "R.",
        "code": "key-name-conflict",
        "reason": "x",
        "retryable": False,
        "retryAfter": 3,
        "errors": [{"pointer": "/a", "detail": "b"}],
        "requestId": "r1",
        "cvmRequestId": "c1",
        "cvmCode": "C",
        "keyId": "k",
        "keyName": "n",
    }


def test_only_a_known_caller_reads_what_is_misconfigured() -> None:
    """The cause is for those who are recognised; everybody else learns that it is ours to mend."""
    error = problems.Misconfigured("MIN_RSA_BITS is wrong.")

    assert reply.problem(error, "r1", "", known_caller=True)[1]["detail"] == "MIN_RSA_BITS is wrong."
    assert "MIN_RSA_BITS" not in json.dumps(reply.problem(error, "r1", "", known_caller=False))


def test_a_reply_is_what_every_gateway_understands() -> None:
    """A whole number, texts in the headers, a text of ASCII JSON in the body, and no base64."""
    assert reply.http(200, {"é": 1}, reply.JSON, "r1", Retry_After="3") == {
        "isBase64Encoded": False,
        "statusCode": 200,
        "headers": {
            "Content-Type": "application/json",
            "X-Request-Id": "r1",
            "Cache-Control": "no-store",
            "Retry-After": "3",
        },
        "body": '{"\\u00e9": 1}',
    }


def test_a_problem_reply_has_the_headers_of_its_status() -> None:
    """401 has a challenge, 405 says what is allowed, and where waiting helps it says how long."""

    def headers(error: problems.Problem) -> dict[str, str]:
        refused = decide.refuse(decide.Rejected(error, None, {}))
        found: dict[str, str] = reply.http_answer(refused, CALL, "en")["headers"]
        return found

    assert headers(problems.Unauthenticated("x"))["WWW-Authenticate"].startswith("Bearer ")
    assert (
        headers(problems.MethodNotAllowed(Sentence("D."), Sentence("R."), allow=("POST", "OPTIONS")))["Allow"]
        == "POST, OPTIONS"
    )
    assert headers(problems.UpstreamBusy(Sentence("D."), Sentence("R."), retry_after=2))["Retry-After"] == "2"
    assert headers(problems.Forbidden(Sentence("D."), Sentence("R."))) == {
        "Content-Type": "application/problem+json",
        "X-Request-Id": "r1",
        "Cache-Control": "no-store",
        "Content-Language": "en",
        "Vary": "Accept-Language",
    }


def test_several_answers_keep_their_order() -> None:
    """Many answers are one body, each with its place, status and own body."""
    caller = Caller("onboarding", Trigger("invoke"), Allow(), {})
    problem = problems.KeyNameConflict(Sentence("D."), Sentence("R."))
    answers = [
        decide.Answer(decide.Asked({}, caller, "", {}), CREATED, ORDER),
        decide.refuse(decide.Rejected(problem, caller, {})),
    ]

    assert reply.many_body(answers, CALL) == {
        "results": [
            {"index": 0, **reply.result(ORDER, CREATED, "r1")._asdict()},
            {
                "index": 1,
                **reply.problem(problem, "r1", CALL.problem_base_url(), known_caller=True)._asdict(),
            },
        ],
        "requestId": "r1",
    }
