"""A message of a chat platform, from the request to the reply.

What differs from one platform to another stands in its module; all else is the same for all of them.
Before the proof a request is refused as on every route. After it every answer has status 200 and the
platform's form, since of any other a platform shows people nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from handler import audit, callers, http, reply
from handler.callers import audience
from handler.chat import wording
from handler.chat.form import unreadable
from handler.chat.message import ID, Probe, Proof
from handler.problems import InternalError, Problem

if TYPE_CHECKING:
    from handler.callers.caller import Caller
    from handler.chat.message import Candidate, Typed
    from handler.chat.platforms import Platform
    from handler.chat.wording import Text
    from handler.deadline import Deadline
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation
    from handler.log import Field


def answer(platform: Platform, request: HttpRequest, body: Body, call: Invocation) -> reply.Body:
    """Return the reply to a request on the route of a chat platform.

    Raises:
        Misconfigured: settings or callers are wrong.
        Unauthenticated: the request does not prove that it comes from the platform.
    """
    adapter = platform.adapter()
    configured = call.configured()
    deadline = call.deadline(min(platform.budget, configured.time_budget))
    known = callers.load(configured, call.ambient.environ)
    proof = adapter.verify(request, body, known, call.ambient)
    typed = adapter.command(proof) if isinstance(proof, Proof) else proof
    if isinstance(typed, Probe):
        call.log.write("info", "The chat platform made a check, or sent an event.", trigger=platform.name)
        return reply.http(200, typed.answer, typed.media_type, call.request_id)
    origin: dict[str, Field] = {
        "trigger": platform.name,
        "traceId": http.trace_id(request.headers),
        "user": typed.user if ID.fullmatch(typed.user) else "",
    }
    return adapter.render(_answered(typed, origin, deadline, call), typed, call)


def _answered(typed: Typed, origin: dict[str, Field], deadline: Deadline, call: Invocation) -> Text:
    candidate = _candidate(typed)
    origin["caller"] = candidate.caller.id
    try:
        text = _admitted(typed, candidate)
        return _decided(text, typed, candidate.caller, origin, deadline, call)
    except Problem as problem:
        error = problem
    except Exception as unforeseen:  # noqa: BLE001 - a status of 500 would show people nothing
        error = InternalError.from_exception(unforeseen)
    audit.refused(origin, error, call)
    _, body = reply.problem(error, call.request_id, call.problem_base_url(), known_caller=True)
    return wording.refused(body, typed)


def _candidate(typed: Typed) -> Candidate:
    """Return the first caller of the file that has the message's channel, else the first."""
    for candidate in typed.candidates:
        if candidate.audience.channels is None or typed.channel in candidate.audience.channels:
            return candidate
    return typed.candidates[0]


def _admitted(typed: Typed, candidate: Candidate) -> str:
    """Return the text of a message that its sender may send to this caller.

    Raises:
        MalformedRequest: it cannot be read.
        InvalidPublicKey: there is a private key in it, which is said to anybody.
        Forbidden: the caller does not list its sender, or not its channel.
    """
    if isinstance(typed.text, Problem):
        raise typed.text
    # Imported here, as below: a request without proof needs neither.
    from handler.key_gate import private_keys
    from handler.key_gate import reasons as key_reasons

    if private_keys.found_in(typed.text):
        raise key_reasons.PRIVATE_KEY.problem()
    if not ID.fullmatch(typed.user):
        raise unreadable("It does not say who typed it.")
    audience.admit(candidate.audience, typed.user, typed.channel)
    return typed.text


def _decided(
    text: str, typed: Typed, caller: Caller, origin: dict[str, Field], deadline: Deadline, call: Invocation
) -> Text:
    # Imported here: a refused message needs neither grammar nor key gate.
    from handler import batch
    from handler.callers import policy
    from handler.chat import command
    from handler.key_gate import public_key

    asked = command.read(text)
    if asked.verb == command.IMPORT:
        item = batch.Item(asked.value, caller, typed.user, origin)
        (result,) = batch.settle([item], call, deadline)
        return wording.refused(result.body, typed) if result.problem else wording.imported(result.body)
    if asked.verb == command.CHECK:
        key = public_key.parse(asked.public_key, policy.smallest_rsa(caller, call.configured()))
        verdict: dict[str, Field] = {"result": "checked", "fingerprint": key.fingerprint, "bits": key.bits}
        call.log.audit({**origin, **verdict, "totalMs": call.milliseconds()})
        return wording.checked(key)
    call.log.write("info", "Somebody asked how commands are written.", **origin)
    return wording.usage(typed.prefix)
