"""Answers to the JSON bodies of the contract, and those to HTTP replies."""

from __future__ import annotations

import json

from handler.catalogue import ENGLISH, translator
from handler.importing.order import OWN_NAME
from handler.problems import Problem
from handler.record import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from handler.decide import Answer
    from handler.importing.decision import Imported
    from handler.importing.order import Order, Target
    from handler.invocation import Invocation

    #: A JSON object, such as the body of a reply.
    JsonObject = dict[str, Any]

    #: What SCF makes an HTTP reply of: `statusCode`, `headers`, `body` and `isBase64Encoded`.
    HttpReply = dict[str, Any]

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"

#: The schemes by which a caller can prove itself (RFC 9110 section 11.6.1). The second is our own name for
#: the three headers of Standard Webhooks, the third our own scheme.
CHALLENGE = ", ".join(
    f'{scheme} realm="import-key-pair"' for scheme in ("Bearer", "StandardWebhooks", "Invitation")
)


class Rendered(NamedTuple):
    """An answer in the contract's form: the HTTP status that it has or would have, and its JSON body."""

    status: int
    body: JsonObject


def rendered(answer: Answer, call: Invocation, language: str = ENGLISH) -> Rendered:
    """Return an answer in the contract's form, its sentences in a language."""
    if isinstance(answer.outcome, Problem):
        known = answer.item.caller is not None
        base = call.problem_base_url()
        refused = problem(answer.outcome, call.request_id, base, known_caller=known, language=language)
        refused.body.update(account_member(answer.account))
        return refused
    assert answer.order is not None  # noqa: S101 - nothing is imported without an order; for the type checker
    return result(answer.order, answer.outcome, call.request_id)


def result(order: Order, imported: Imported, request_id: str) -> Rendered:
    """Return an import in the form of `import-key-pair.result.json`."""
    body: JsonObject = {
        "result": imported.result,
        "dryRun": order.dry_run,
        "keyId": imported.key_id,
        "keyName": order.key_name,
        "projectId": imported.project_id,
        "region": order.region.name,
        **account_member(order.account),
        "tags": dict(imported.tags),
        "bits": order.key.bits,
        "fingerprint": order.key.fingerprint,
        "fingerprintMd5": order.key.fingerprint_md5,
        "differences": [difference._asdict() for difference in imported.differences],
        "requestId": request_id,
        "cvmRequestId": imported.cvm_request_id,
    }
    for optional in ("keyId", "cvmRequestId"):
        if not body[optional]:
            del body[optional]
    return Rendered(201 if imported.result == "created" and not order.dry_run else 200, body)


def account_member(account: Target) -> JsonObject:
    """Return the member `account`, which is there for another account than the function's own."""
    return {} if account.name == OWN_NAME else {"account": account.name}


def problem(
    error: Problem, request_id: str, base_url: str, *, known_caller: bool, language: str = ENGLISH
) -> Rendered:
    """Return a problem in the form of `problem.json` (RFC 9457).

    Args:
        error: the problem.
        request_id: this call's id.
        base_url: what stands before the slug in `type`.
        known_caller: whether the caller is recognised, and so may read what is misconfigured.
        language: that of the sentences.
    """
    say = translator(language)
    body: JsonObject = {
        "type": base_url + error.slug,
        "title": say(error.title),
        "status": error.status,
        "detail": say(error.explained(known_caller=known_caller)),
        "remedy": say(error.remedy),
        "code": error.slug,
        "reason": error.reason,
        "retryable": error.retryable,
        "retryAfter": error.retry_after,
        "errors": [{"pointer": field.pointer, "detail": say(field.detail)} for field in error.errors],
        "requestId": request_id,
        "cvmRequestId": error.cvm_request_id,
        "cvmCode": error.cvm_code,
        "keyId": error.key_id,
        "keyName": error.key_name,
    }
    return Rendered(
        error.status, {name: value for name, value in body.items() if value or name == "retryable"}
    )


def many_body(answers: Iterable[Answer], call: Invocation, language: str = ENGLISH) -> JsonObject:
    """Return the body of many answers, in the order in which the items were sent."""
    results = [
        {"index": index, **rendered(answer, call, language)._asdict()} for index, answer in enumerate(answers)
    ]
    return {"results": results, "requestId": call.request_id}


def http_many(answers: Iterable[Answer], call: Invocation, language: str) -> HttpReply:
    """Return the HTTP reply to many requests."""
    return http(207, many_body(answers, call, language), JSON, call.request_id, **_spoken(language))


def http_answer(answer: Answer, call: Invocation, language: str) -> HttpReply:
    """Return an answer's HTTP reply, with the headers that its status asks for."""
    status, body = rendered(answer, call, language)
    error = answer.outcome
    if not isinstance(error, Problem):
        return http(status, body, JSON, call.request_id)
    headers = _spoken(language)
    if status == 401:
        headers["WWW_Authenticate"] = CHALLENGE
    if error.allow:
        headers["Allow"] = ", ".join(error.allow)
    if error.retry_after:
        headers["Retry_After"] = str(error.retry_after)
    return http(status, body, PROBLEM_JSON, call.request_id, **headers)


def _spoken(language: str) -> dict[str, str]:
    """Return the headers of a reply with sentences (RFC 9110 sections 8.5 and 12.5.5)."""
    return {"Content_Language": language, "Vary": "Accept-Language"}


def http(status: int, body: JsonObject | str, media_type: str, request_id: str, **headers: str) -> HttpReply:
    """Return an HTTP reply in the form that Function URL, API Gateway and CloudBase understand.

    A text is sent as it is; anything else as ASCII JSON. The names of `headers` are written with
    underscores for hyphens.
    """
    return {
        "isBase64Encoded": False,
        "statusCode": status,
        "headers": {
            "Content-Type": media_type,
            "X-Request-Id": request_id,
            "Cache-Control": "no-store",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        },
        "body": body if isinstance(body, str) else json.dumps(body),
    }
