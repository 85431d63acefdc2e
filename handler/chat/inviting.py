"""An invitation that somebody asks for in a chat, where nobody else reads the reply."""

from __future__ import annotations

from handler.chat import wording
from handler.invitations import inviting
from handler.problems import Forbidden
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from handler.callers.caller import Caller
    from handler.chat.message import Typed
    from handler.chat.wording import Text
    from handler.invocation import Invocation
    from handler.log import LogValue

#: The longest link, in bytes. It fits into a reply of every chat (2,000 characters at Discord) with the words
#: around it; half a link would be useless.
LONGEST_LINK = 1_500


def invite(
    value: object, caller: Caller, typed: Typed, origin: Mapping[str, LogValue], call: Invocation
) -> Text:
    """Return the reply that holds a new invitation.

    Args:
        value: what was asked for, in the form of `POST /invitations`.
        caller: who invites.
        typed: the message.
        origin: where it came from, for the audit line.
        call: this call.

    Raises:
        Forbidden: others read the reply, too, or the caller may not invite.
        InvalidRequest, Misconfigured: see `inviting.invite`.
    """
    if not typed.private:
        raise Forbidden(
            Sentence("An invitation is shown where nobody else reads it, and others can read this chat."),
            Sentence(
                "Ask for it in a direct message to the bot where the platform has those; on DingTalk and in"
                " Teams it has to be made elsewhere."
            ),
            reason="private-chat",
        )
    configured = call.configured()
    longest = LONGEST_LINK - len(configured.page_url)
    minted = inviting.invite(value, caller, typed.user, origin, call, longest)
    return wording.invited(minted.body(configured, call.request_id))
