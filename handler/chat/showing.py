"""A key pair that somebody looks at in a chat."""

from __future__ import annotations

from handler import audit, batch
from handler.chat import wording
from handler.looking import listing, query
from handler.problems import Forbidden
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.callers.caller import Caller
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
        NoSuchKeyPair: there is none that the caller may know of.
        Problem: the list cannot be had.
    """
    if not typed.signed:
        raise Forbidden(
            Sentence("The signature of this chat does not cover who asks, so it shows no key pairs."),
            Sentence("Look at it in another chat, with `GET /key-pairs`, or in the console."),
            reason="private-chat",
        )
    parameters = {name: (str(text),) for name, text in value.items()}
    wanted = query.parse_query(parameters, query.NAMED_PARAMETERS)
    shown = listing.look(wanted, caller, typed.user, call, deadline, batch.open_account)
    key_pair = listing.described(listing.only(shown))
    line: dict[str, LogValue] = {"caller": caller.id, "keyName": wanted.key_name, "count": 1}
    audit.write({**origin, **line, "result": "shown", **listing.account_member(shown.account)}, call)
    return wording.shown(key_pair, shown.region, shown.account)
