"""A message of a chat platform, from the request to the reply.

What differs from one platform to another stands in its module; all else is the same for all of them. Before
the proof, a request is refused as on every route. After it, every answer has status 200 and the platform's
form: a platform shows people nothing of other answers.
"""

from __future__ import annotations

from handler import audit, decide, http, reply
from handler.callers import audience
from handler.catalogue import translator
from handler.chat import wording
from handler.chat.form import unreadable
from handler.chat.message import ID, Probe, Proof
from handler.decide import Asked, Rejected
from handler.problems import Problem, attempt
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.callers import Known
    from handler.chat.message import Candidate, Typed
    from handler.chat.platforms import Platform
    from handler.chat.wording import Text
    from handler.deadline import Deadline
    from handler.http import Body, HttpRequest
    from handler.invocation import Invocation
    from handler.log import LogValue


def answer(
    platform: Platform, request: HttpRequest, body: Body, known: tuple[Known, ...], call: Invocation
) -> reply.HttpReply:
    """Return the reply to a request on the route of a chat platform.

    Args:
        platform: the platform.
        request: the request.
        body: its body.
        known: all callers of the file, with their secrets.
        call: this call.

    Raises:
        Misconfigured: settings or callers are wrong.
        Unauthenticated: the request does not prove that it comes from the platform.
    """
    adapter = platform.adapter()
    deadline = call.deadline(min(platform.budget, call.configured().time_budget))
    proof = adapter.verify(request, body, known, call.ambient)
    typed = adapter.command(proof) if isinstance(proof, Proof) else proof
    if isinstance(typed, Probe):
        return _unasked(platform, typed, call)
    origin: dict[str, LogValue] = {
        "trigger": platform.name,
        "traceId": http.trace_id(request.headers),
        "user": typed.user if ID.fullmatch(typed.user) else "",
    }
    text = _decided(typed, origin, deadline, call)
    language = _candidate(typed).caller.language or platform.language
    return adapter.render(wording.translated(text, translator(language)), typed, call)


def url_check(
    platform: Platform, request: HttpRequest, body: Body, known: tuple[Known, ...], call: Invocation
) -> reply.HttpReply:
    """Return the reply to a platform's check of the URL: the text that it sent encrypted.

    Args:
        platform: a platform that makes such a check.
        request, body, known, call: as in `answer`.

    Raises:
        Unauthenticated: the request does not prove that it comes from the platform.
    """
    assert platform.url_check is not None  # noqa: S101 - as the route has it; for the type checker
    text = platform.url_check()(request, body, known, call.ambient)
    return _unasked(platform, Probe(text), call)


def _unasked(platform: Platform, probe: Probe, call: Invocation) -> reply.HttpReply:
    """Return the reply to what nobody typed."""
    call.log.write("info", "The chat platform made a check, or sent an event.", trigger=platform.name)
    return reply.http(200, probe.answer, probe.media_type, call.request_id)


def _decided(typed: Typed, origin: dict[str, LogValue], deadline: Deadline, call: Invocation) -> Text:
    candidate = _candidate(typed)
    text = attempt(_followed, typed, candidate, origin, deadline, call)
    if not isinstance(text, Problem):
        return text
    answer = decide.refuse(Rejected(text, candidate.caller, origin))
    audit.decided(answer, call)
    return wording.answered(answer, typed, call.request_id)


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
        InvalidPublicKey: there is a private key in it; this is said to every sender.
        Forbidden: the caller does not list its sender, or not its channel.
    """
    if isinstance(typed.text, Problem):
        raise typed.text
    # Imported here, as below: a request without proof needs neither.
    from handler.key_gate import private_keys, reasons

    if private_keys.found_in(typed.text):
        raise reasons.PRIVATE_KEY.problem()
    if not ID.fullmatch(typed.user):
        raise unreadable(Sentence("It does not say who typed it."))
    audience.admit(candidate.audience, typed.user, typed.channel)
    return typed.text


def _followed(
    typed: Typed, candidate: Candidate, origin: dict[str, LogValue], deadline: Deadline, call: Invocation
) -> Text:
    """Return the reply to a command, once it is carried out.

    Raises:
        Problem: it cannot be read, or its sender may not send it.
    """
    text = _admitted(typed, candidate)
    # Imported here: a refused message needs neither grammar nor key gate.
    from handler import batch
    from handler.callers import policy
    from handler.chat import command
    from handler.key_gate import public_key

    caller = candidate.caller
    asked = command.parse(text)
    if asked.verb == command.IMPORT:
        item = Asked(asked.value, caller, typed.user, origin)
        (answer,) = batch.answers([item], call, deadline)
        return wording.answered(answer, typed, call.request_id)
    if asked.verb == command.CHECK:
        key = public_key.parse(asked.public_key, policy.smallest_rsa(caller, call.configured()))
        verdict: dict[str, LogValue] = {"result": "checked", "fingerprint": key.fingerprint, "bits": key.bits}
        audit.write({**origin, "caller": caller.id, **verdict}, call)
        return wording.checked(key)
    if asked.verb == command.INVITE:
        # Imported here: few commands ask for an invitation.
        from handler.chat import inviting

        return inviting.invite(asked.value, caller, typed, origin, call)
    if asked.verb == command.SHOW:
        # Imported here: few commands look.
        from handler.chat import showing

        return showing.show(asked.value, caller, typed, origin, deadline, call)
    call.log.write("info", "Somebody asked how commands are written.", **origin, caller=caller.id)
    return wording.usage(typed.prefix)
