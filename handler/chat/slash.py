"""What slash commands of Slack and Mattermost have in common: the form that they send.

https://docs.slack.dev/interactivity/implementing-slash-commands and
https://developers.mattermost.com/integrate/slash-commands/custom list the same fields.
"""

from __future__ import annotations

import re

from handler.chat import form
from handler.chat.message import Typed
from handler.problems import Problem, UnsupportedMediaType
from handler.record import TYPE_CHECKING
from handler.sentence import Sentence

if TYPE_CHECKING:
    from handler.chat.message import Proof

_COMMAND = re.compile(r"/[\w-]{1,64}")


def media_type(values: tuple[str, ...] | None) -> str:
    """Return the media type of a Content-Type header, in lower case and without parameters."""
    return (values or ("",))[-1].partition(";")[0].strip().lower()


def typed(proof: Proof) -> Typed:
    """Return what the form of a slash command says was typed, by whom and where."""
    fields = form.parse(proof.content)
    somebody = Typed(proof.candidates, "", "")
    try:
        if proof.media_type not in ("", form.MEDIA_TYPE):
            raise UnsupportedMediaType(
                Sentence("The message is not the form that a slash command sends."),
                Sentence("Send it with `Content-Type: {media_type}`.", media_type=form.MEDIA_TYPE),
            )
        somebody = somebody._replace(user=fields.text("user_id"))
        somebody = somebody._replace(team=fields.text("team_id"), channel=fields.text("channel_id"))
        prefix = fields.text("command")
        return somebody._replace(
            text=fields.text("text"), prefix=prefix if _COMMAND.fullmatch(prefix) else ""
        )
    except Problem as problem:
        return somebody._replace(text=problem)
