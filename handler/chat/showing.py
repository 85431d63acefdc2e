"""A key pair that somebody looks at in a chat."""

from __future__ import annotations

from handler import audit, batch, decide, reply
from handler.chat import wording
from handler.decide import Rejected
from handler.looking import listing, query
from handler.problems import Forbidden, Problem, attempt
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from handler.callers.caller import Caller
    from handler.callers.policy import Place
    from handler.chat.message import Typed
    from handler.chat.wording import Text
    from handler.deadline import Deadline
    from handler.invocation import Invocation
    from handler.log import LogValue


def show(
    value: Mapping[str, object],
    caller: Caller,
    typed: Typed,
    origin: Mapping[str, LogValue],
    deadline: Deadline,
    call: Invocation,
) -> Text:
    """Return the reply that shows a key pair.

    Args:
        value: which one, as parameters of `GET /key-pairs`.
        caller: who looks.
        typed: the message.
        origin: where it came from, for the audit line.
        deadline: of this message.
        call: this call.

    Raises:
        InvalidRequest: a parameter is wrong.
        Forbidden: nothing proves who asks, or the caller may not look, or not there.
        Misconfigured: nothing says which region to use.
    """
    if not typed.signed:
        raise Forbidden(
            Sentence("The signature of this chat does not cover who asks, so it shows no key pairs."),
            Sentence("Look at it in another chat, with `GET /key-pairs`, or in the console."),
            reason="private-chat",
        )
    parameters = {name: (str(text),) for name, text in value.items()}
    wanted = query.parse_query(parameters, query.NAMED_PARAMETERS)
    place = listing.settle_place(wanted, caller, call)
    shown = attempt(_shown, wanted, place, caller, typed, call, deadline)
    if isinstance(shown, Problem):
        answer = decide.refuse(Rejected(shown, caller, origin, wanted.key_name, place.account))
        audit.decided(answer, call)
        return wording.answered(answer, typed, call.request_id)
    line: dict[str, LogValue] = {"caller": caller.id, "keyName": wanted.key_name, "count": 1}
    audit.write({**origin, **line, "result": "shown", **reply.account_member(place.account)}, call)
    return wording.shown(shown, place.region.name, place.account)


def _shown(
    wanted: query.LookQuery, place: Place, caller: Caller, typed: Typed, call: Invocation, deadline: Deadline
) -> dict[str, Any]:
    """Return the key pair in the contract's form."""
    shown = listing.look(wanted, place, caller, typed.user, call, deadline, batch.open_account)
    return listing.described(listing.only(shown))
